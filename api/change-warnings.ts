import { nameKey, type KnownNames, type Name } from '../database/known-names';
import type { ChangeBody } from '../domain/bodies';
import { unusedFields } from '../domain/records/unused-fields';

// What is worth telling the sender of changes that were taken: they are stored, and something about
// them will hold them up, be passed over, or change nothing.

export const warningCodes = [
  'stale_revision',
  'occurred_in_future',
  'business_date_far',
  'unknown_tender',
  'unknown_sku',
  'unknown_tax_code',
  'not_used',
] as const;

export interface Warning {
  index: number;
  code: (typeof warningCodes)[number];
  message: string;
}

/** A change of a request that was taken, at its place there. */
export interface TakenChange {
  index: number;
  id: string;
  occurredAt: string;
  content: ChangeBody | null;
}

/** Warnings of one answer. */
const warningsMax = 100;
/** Clocks differ by less. */
const aheadMaxMs = 10 * 60_000;
/** Between the day of a ticket and the moment at which it happened. */
const daysApartMax = 31;

/**
 * Warnings of the changes of one request, in their order; `stale`: ids that their record has
 * overtaken.
 */
export async function warningsOf(
  known: KnownNames,
  tenant: number,
  changes: readonly TakenChange[],
  { stale, nowMs }: { stale: ReadonlySet<string>; nowMs: number },
): Promise<Warning[]> {
  const names = changes.map(({ content }) => namesOf(content));
  const unknown = await known.unknownAmong(tenant, names.flat());
  // What a product of the same request brings is known with it.
  for (const { content } of changes)
    for (const name of skusOfProduct(content)) unknown.delete(nameKey({ kind: 'sku', name }));
  return changes
    .flatMap(({ index, id, occurredAt, content }, at): Warning[] => [
      ...(stale.has(id) ? [staleWarning(index)] : []),
      ...timeWarnings(index, occurredAt, content, nowMs),
      ...nameWarnings(index, names[at] ?? [], unknown),
      ...fieldWarnings(index, content),
    ])
    .slice(0, warningsMax);
}

function staleWarning(index: number): Warning {
  const message = 'the record stands at this revision or above already: nothing changes';
  return { index, code: 'stale_revision', message };
}

function timeWarnings(
  index: number,
  occurredAt: string,
  content: ChangeBody | null,
  nowMs: number,
): Warning[] {
  const found: Warning[] = [];
  const occurredMs = Date.parse(occurredAt);
  if (occurredMs > nowMs + aheadMaxMs)
    found.push({
      index,
      code: 'occurred_in_future',
      message: `${occurredAt} lies ahead of our clock`,
    });
  const day = content === null ? undefined : dayOf(content);
  if (day === undefined) return found;
  const days = Math.round(Math.abs(Date.parse(`${day}T12:00:00Z`) - occurredMs) / 86_400_000);
  if (days > daysApartMax)
    found.push({
      index,
      code: 'business_date_far',
      message: `businessDate ${day} is ${days} days away from occurredAt`,
    });
  return found;
}

function dayOf({ body }: ChangeBody): string | undefined {
  return 'businessDate' in body ? body.businessDate : undefined;
}

function namesOf(content: ChangeBody | null): Name[] {
  switch (content?.kind) {
    case 'order':
    case 'refund':
      return [...content.body.tenders.map(tenderName), ...ticketNames(content.body)];
    case 'invoice':
      return ticketNames(content.body);
    case 'payment':
    case 'cash':
      return [tenderName(content.body)];
    case 'customer':
    case 'product':
    case 'inventory':
    case 'payout':
    case undefined:
      return [];
  }
}

function tenderName({ tender: name }: { tender: string }): Name {
  return { kind: 'tender', name };
}

function ticketNames({
  lines,
}: {
  lines: readonly { sku: string; taxes: readonly { code: string }[] }[];
}): Name[] {
  // A set of codes is mapped as one.
  const taxKeys = lines.flatMap(({ taxes }) => {
    const codes = taxes.map(({ code }) => code).sort();
    return codes.length === 0 ? [] : [codes.join('+')];
  });
  return [
    ...lines.map(({ sku: name }): Name => ({ kind: 'sku', name })),
    ...taxKeys.map((name): Name => ({ kind: 'taxCode', name })),
  ];
}

function skusOfProduct(content: ChangeBody | null): string[] {
  if (content?.kind !== 'product') return [];
  return [content.body.sku, ...(content.body.variants ?? []).map(({ sku }) => sku)];
}

const nameTexts: Readonly<
  Record<Name['kind'], { code: Warning['code']; text: (name: string) => string }>
> = {
  tender: { code: 'unknown_tender', text: (name) => `tender "${name}" has no mapping yet` },
  sku: { code: 'unknown_sku', text: (name) => `no product with SKU "${name}" is known yet` },
  taxCode: { code: 'unknown_tax_code', text: (name) => `tax code "${name}" has no mapping yet` },
};

function nameWarnings(
  index: number,
  names: readonly Name[],
  unknown: ReadonlySet<string>,
): Warning[] {
  const distinct = new Map(names.map((one) => [nameKey(one), one]));
  return [...distinct].flatMap(([key, { kind, name }]): Warning[] => {
    const { code, text } = nameTexts[kind];
    return unknown.has(key) ? [{ index, code, message: text(name) }] : [];
  });
}

function fieldWarnings(index: number, content: ChangeBody | null): Warning[] {
  if (content === null) return [];
  return unusedFields[content.kind].flatMap(({ field, why }): Warning[] =>
    Object.hasOwn(content.body, field)
      ? [{ index, code: 'not_used', message: `body.${field} is kept and not used: ${why}` }]
      : [],
  );
}
