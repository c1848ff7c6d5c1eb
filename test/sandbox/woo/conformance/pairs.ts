/** What an id names; ids of different kinds are independent of each other. */
export type Kind =
  | 'post'
  | 'item'
  | 'itemMeta'
  | 'meta'
  | 'user'
  | 'webhook'
  | 'term'
  | 'attribute'
  | 'rate'
  | 'note'
  | 'any';

const itemLists = ['line_items', 'tax_lines', 'shipping_lines', 'fee_lines', 'coupon_lines'];

const named: Record<string, Kind> = {
  product_id: 'post',
  variation_id: 'post',
  parent_id: 'post',
  new_draft_order_id: 'post',
  customer_id: 'user',
  rate_id: 'rate',
};

/**
 * The kind of the id at this place of a body; null when it is no id. The first part is the
 * resource.
 */
export function kindOf(path: string[]): Kind | null {
  const [resource = ''] = path;
  const last = path.at(-1) ?? '';
  if (last === 'resource_id') return resource === 'categories' ? 'term' : 'post';
  if (last !== 'id') return named[last] ?? null;
  const holder = path
    .slice(1, -1)
    .filter((part) => !/^\d+$/.test(part))
    .at(-1);
  if (holder === undefined || ['create', 'update', 'delete'].includes(holder))
    return ownKind(resource);
  if (holder === 'meta_data')
    return path.some((part) => itemLists.includes(part)) ? 'itemMeta' : 'meta';
  if (itemLists.includes(holder)) return 'item';
  if (holder === 'taxes') return 'rate';
  if (holder === 'refunds') return 'post';
  return holder === 'categories' ? 'term' : null;
}

function ownKind(resource: string): Kind {
  const kinds: Record<string, Kind> = {
    customers: 'user',
    webhooks: 'webhook',
    categories: 'term',
    attributes: 'attribute',
    taxes: 'rate',
    notes: 'note',
  };
  return kinds[resource] ?? 'post';
}

/** Which id of the sandbox stands for which recorded one: one for one, within a scene. */
export class Pairs {
  private readonly actuals = new Map<string, number>();
  private readonly recordeds = new Map<string, number>();

  /**
   * True when the two stand for each other, or are both new. 0 and ids nobody has are themselves.
   */
  same(kind: Kind, recorded: number, actual: number): boolean {
    if (kind === 'any') return this.sameAny(recorded, actual);
    if (recorded === 0 || actual === 0) return recorded === actual;
    const known = this.actuals.get(`${kind} ${recorded}`);
    if (known !== undefined) return known === actual;
    if (this.recordeds.has(`${kind} ${actual}`)) return false;
    this.bind(kind, recorded, actual);
    return true;
  }

  bind(kind: Kind, recorded: number, actual: number): void {
    this.actuals.set(`${kind} ${recorded}`, actual);
    this.recordeds.set(`${kind} ${actual}`, recorded);
  }

  /** The sandbox's id for a recorded one; the same number when it stands for none. */
  actual(kind: Kind, recorded: number): number {
    return this.actuals.get(`${kind} ${recorded}`) ?? recorded;
  }

  /** A link holds an order and a note: both must be known. */
  private sameAny(recorded: number, actual: number): boolean {
    return (['post', 'note'] as const).some(
      (kind) => this.actuals.get(`${kind} ${recorded}`) === actual,
    );
  }
}
