import type { ProductBody, StockBody } from '../../../domain/bodies';
import type { JsonObject } from '../../../domain/words';
import {
  hold,
  type Composed,
  type Outgoing,
  type ProductReference,
  type References,
  type Write,
} from '../../contract';
import { nameStepOf, ownReference } from '../../product-names';
import type { WooFinding } from './look-up';
import {
  asJson,
  asSent,
  changedFields,
  differingFields,
  markerOf,
  productFields,
  snapshotWith,
  stockTotal,
  wholePieces,
  type ProductFields,
  type ShopRules,
} from '../shape/mapping';
import { stopForStock } from './stock';
import { keptSku } from '../shape/texts';
import {
  markerKey,
  productCreateSchema,
  productUpdateSchema,
  stockUpdateSchema,
} from '../api/wire';

// What to do for one delivery to a store. Pure.

/** What composing rests on besides the record; without finding nothing was asked about it. */
interface Known {
  references: References;
  finding: WooFinding | undefined;
  rules: ShopRules;
}

export function compose(item: Outgoing, known: Known): Composed {
  const { record } = item;
  if (record.kind === 'product') return composeProduct(item, record.body, known);
  if (record.kind === 'inventory') return composeStock(item, record.body, known);
  return hold('not_built', record.kind, `Pushing ${record.kind} records to WooCommerce`);
}

function composeProduct(
  item: Outgoing,
  body: ProductBody,
  { references, finding, rules }: Known,
): Composed {
  const known = ownReference(item, body, references);
  // The id of a product that was deleted for good names nothing any more.
  const remoteId = item.lastClass === 'GONE' ? null : item.remoteId;
  const present = { ...item, remoteId };
  if (item.op === 'absent') return composeGone(present, known);
  if ((body.variants ?? []).length > 0)
    return hold('not_built', 'variants', 'Products with variants');
  const step = nameStepOf(present, known);
  if (step.type === 'wait') return step.composed;
  if (step.type === 'interim' && remoteId !== null)
    return renamed(item, remoteId, step.name, { isLinked: known?.isLinked ?? false, isStep: true });
  const sku = known?.code ?? body.sku;
  const stopped = stopForRules(body, rules) ?? stopForSku(sku) ?? stopForHit(present, finding, sku);
  if (stopped) return stopped;
  const wanted = productFields(body, sku, rules);
  if (remoteId !== null) {
    const changed = changedFields(wanted, item.snapshot ?? {});
    const snapshot = { ...snapshotWith(item.snapshot, wanted), ...asJson(changed) };
    return update(remoteId, changed, snapshot, known?.isLinked ?? false);
  }
  if (finding?.type === 'exact') {
    const isOurs = markerOf(finding.product) === item.recordId;
    const differing = differingFields(wanted, finding.product, !isOurs);
    const adopts = String(finding.product.id);
    const composed = update(adopts, differing, snapshotWith(null, wanted), !isOurs);
    return composed.type === 'write' ? { ...composed, adopts } : composed;
  }
  if (finding?.type !== 'absent')
    throw new Error(`Bug: delivery ${item.deliveryId} is composed without its look-up`);
  return create(item, wanted);
}

function create({ recordId }: Outgoing, wanted: ProductFields): Composed {
  const payload = {
    type: 'simple',
    ...asSent(wanted),
    meta_data: [{ key: markerKey, value: recordId }],
  };
  const checked = productCreateSchema.safeParse(payload);
  if (!checked.success) return invalidValue(checked.error.issues[0]);
  const natural = { kind: 'create', sku: wanted.sku, recordId };
  return write(
    'create',
    payload,
    { snapshot: snapshotWith(null, wanted), isLinked: false },
    natural,
  );
}

/** A deleted product stays as it is, but for a SKU that is another product's now. */
function composeGone(item: Outgoing, known: ProductReference | undefined): Composed {
  if (item.remoteId === null) return { type: 'skip', reason: 'nothing_to_delete' };
  const step = nameStepOf(item, known);
  if (step.type === 'wait') return step.composed;
  const isInterim = step.type === 'interim';
  const sku = isInterim ? step.name : known?.code;
  if (sku === undefined || item.snapshot?.['sku'] === sku)
    return { type: 'skip', reason: 'policy' };
  return renamed(item, item.remoteId, sku, {
    isLinked: known?.isLinked ?? false,
    isStep: isInterim,
  });
}

/** Another SKU and nothing else; `isStep`: its own follows. */
function renamed(
  item: Outgoing,
  remoteId: string,
  sku: string,
  { isLinked, isStep }: { isLinked: boolean; isStep: boolean },
): Composed {
  const composed = update(remoteId, { sku }, { ...item.snapshot, sku }, isLinked);
  if (!isStep || composed.type !== 'write') return composed;
  const { write: made } = composed;
  return { type: 'write', write: { ...made, natural: { ...made.natural, isStep } } };
}

function update(
  remoteId: string,
  changed: Partial<ProductFields>,
  snapshot: JsonObject,
  isLinked: boolean,
): Composed {
  if (Object.keys(changed).length === 0)
    return { type: 'adopt', remoteId, remoteVersion: null, snapshot, isLinked };
  const payload = { id: Number(remoteId), ...asSent(changed) };
  const checked = productUpdateSchema.safeParse(payload);
  if (!checked.success) return invalidValue(checked.error.issues[0]);
  return write('update', payload, { snapshot, isLinked }, { kind: 'update', id: payload.id });
}

/** A price that would mean something else in the store. */
function stopForRules(
  { sku, currency, priceMinor }: ProductBody,
  rules: ShopRules,
): Composed | null {
  if (rules.currency !== null && currency !== undefined && currency !== rules.currency)
    return hold(
      'currency_differs',
      currency,
      `The price of SKU "${sku}" is in ${currency}, the store sells in ${rules.currency}: ` +
        `send it in ${rules.currency}, or connect a store in ${currency}`,
    );
  if (priceMinor === 0 && rules.zeroPrice === 'hold')
    return hold(
      'zero_price',
      'price',
      `SKU "${sku}" costs 0 and would be sold for nothing: send a price`,
    );
  return null;
}

/** A SKU that the store would keep in another spelling: it would be published under that one. */
function stopForSku(sku: string): Composed | null {
  const kept = keptSku(sku);
  if (kept === sku) return null;
  return hold(
    'sku_not_kept',
    'sku',
    `The store would keep SKU "${sku}" as "${kept}": give the product a SKU without ` +
      'elements in <>, double blanks and octets such as %20',
  );
}

/** A SKU that is taken in a way which only a person can decide about. */
function stopForHit(
  { lastClass, remoteId, others }: Outgoing,
  finding: WooFinding | undefined,
  sku: string,
): Composed | null {
  if (finding?.type === 'trashed')
    return hold('in_trash', 'product', `SKU "${sku}" is held by ${finding.detail}`);
  if (finding?.type === 'inexact')
    return hold('ambiguous_match', 'sku', `SKU "${sku}" is held by ${finding.detail}`);
  if (finding?.type === 'absent' && lastClass === 'DUPLICATE')
    return hold(
      'ambiguous_match',
      'sku',
      `The store says that SKU "${sku}" is taken and lists nothing that has it: regenerate ` +
        'its product lookup tables (WooCommerce > Status > Tools)',
    );
  if (finding?.type !== 'exact') return null;
  const { id, type } = finding.product;
  if (remoteId !== null && remoteId !== String(id))
    return hold('ambiguous_match', 'sku', `SKU "${sku}" is held by another product, id ${id}`);
  if (others?.has(String(id)) === true)
    return hold(
      'ambiguous_match',
      'sku',
      `SKU "${sku}" is held by product ${id}, which another product of yours has: give ` +
        'that one its own SKU in the store, then redrive',
    );
  return type === 'simple'
    ? null
    : hold('ambiguous_match', 'type', `SKU "${sku}" is a product of type ${type}, id ${id}`);
}

function composeStock(item: Outgoing, body: StockBody, { references, finding }: Known): Composed {
  if (item.op === 'absent') return { type: 'skip', reason: 'nothing_to_delete' };
  const product = references.stocked.get(item.recordId);
  if (product?.isStockTracked === false) return untracked(item, product);
  if (!product?.remoteId) {
    return { type: 'notReady', missing: [{ kind: 'sku', ref: item.recordId }] };
  }
  const { remoteId, isLinked } = product;
  if (finding?.type === 'absent')
    return hold(
      'gone_in_system',
      'product',
      `Product ${remoteId} (SKU "${product.code}") is not in the store any more: change ` +
        'the product at the POS, redrive it when it is held too, and it is made anew; then ' +
        'redrive its stock',
    );
  if (finding?.type !== 'stock')
    throw new Error(`Bug: delivery ${item.deliveryId} is composed without its look-up`);
  if (finding.isManaged === 'parent')
    return hold('not_built', 'stock_of_parent', 'The stock is kept at the parent product');
  const stopped = stopForStock(item, body, product, finding);
  if (stopped) return stopped;
  const figure = stockTotal(body);
  const quantity = wholePieces(figure);
  const snapshot = { stockQuantity: quantity };
  const id = Number(remoteId);
  if (finding.isManaged && finding.quantity === quantity)
    return { type: 'adopt', remoteId, remoteVersion: null, snapshot, isLinked };
  const payload = { id, manage_stock: true, stock_quantity: quantity };
  const checked = stockUpdateSchema.safeParse(payload);
  if (!checked.success) return invalidValue(checked.error.issues[0]);
  const former = finding.isManaged ? finding.quantity : null;
  const natural = { kind: 'stock', id, quantity, former, sales: finding.sales, figure };
  return write('update', payload, { snapshot, isLinked }, natural);
}

/**
 * The stock of a product that the POS does not count any more. The product's own write turns stock
 * management off, so the figure that we wrote stands in the store no longer.
 */
function untracked(
  { remoteId, remoteVersion, snapshot }: Outgoing,
  { isLinked }: ProductReference,
): Composed {
  const skip = { type: 'skip', reason: 'stock_not_tracked' } as const;
  return remoteId === null || snapshot?.['stockQuantity'] === undefined
    ? skip
    : { ...skip, remote: { remoteId, remoteVersion, snapshot: {}, isLinked } };
}

function write(
  operation: 'create' | 'update',
  payload: JsonObject,
  { snapshot, isLinked }: { snapshot: JsonObject; isLinked: boolean },
  natural: JsonObject,
): Composed {
  const made: Write = {
    operation,
    entity: 'products',
    group: 'products',
    payload,
    isLinked,
    snapshot,
    natural,
  };
  return { type: 'write', write: made };
}

function invalidValue(issue: { path: PropertyKey[]; message: string } | undefined): Composed {
  const field = String(issue?.path[0] ?? 'record');
  return hold('invalid_value', field, `The store does not take ${field}: ${issue?.message ?? ''}`);
}
