import type { ProductBody, StockBody } from '../../domain/bodies';
import { wholeNumber } from '../../domain/money';
import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing, References, Write } from '../connector';
import { findingOf, type WooFinding } from './lookup';
import {
  asJson,
  changedFields,
  differingFields,
  isCounted,
  markerOf,
  productFields,
  stockTotal,
} from './mapping';
import { markerKey, productCreateSchema, productUpdateSchema, stockUpdateSchema } from './wire';
import type { HoldCode } from '../../domain/hold-reasons';

// What to do for one delivery to a store. Pure.

export function compose(item: Outgoing, references: References, findings: JsonObject): Composed {
  const { record } = item;
  if (record.kind !== 'product' && record.kind !== 'inventory')
    return hold('not_built', record.kind, `Pushing ${record.kind} records to WooCommerce`);
  const finding = findingOf(findings, item.deliveryId);
  return record.kind === 'product'
    ? composeProduct(item, record.body, references, finding)
    : composeStock(item, record.body, references, finding);
}

function composeProduct(
  item: Outgoing,
  body: ProductBody,
  references: References,
  finding: WooFinding | null,
): Composed {
  if (item.op === 'absent')
    return item.remoteId === null
      ? { type: 'skip', reason: 'nothing_to_delete' }
      : hold('not_built', 'product_delete', 'Deleting a product in the store');
  if ((body.variants ?? []).length > 0)
    return hold('not_built', 'variants', 'Products with variants');
  const known = references.products.get(body.sku);
  const wanted = productFields(body, known?.code ?? body.sku);
  const stopped = stopForHit(finding, wanted.sku, item.remoteId);
  if (stopped) return stopped;
  const snapshot = { ...item.snapshot, ...asJson(wanted) };
  if (item.remoteId !== null) {
    const changed = asJson(changedFields(wanted, item.snapshot ?? {}));
    const isLinked = known?.isLinked ?? false;
    return update(item.remoteId, changed, { ...item.snapshot, ...changed }, isLinked);
  }
  if (finding?.type === 'exact') {
    const isOurs = markerOf(finding.product) === item.recordId;
    const differing = asJson(differingFields(wanted, finding.product));
    return update(String(finding.product.id), differing, snapshot, !isOurs);
  }
  if (finding?.type !== 'absent')
    throw new Error(`Bug: delivery ${item.deliveryId} is composed without its look-up`);
  const payload = {
    type: 'simple',
    ...asJson(wanted),
    meta_data: [{ key: markerKey, value: item.recordId }],
  };
  const checked = productCreateSchema.safeParse(payload);
  if (!checked.success) return invalidValue(checked.error.issues[0]);
  return write('create', payload, snapshot, false, {
    kind: 'create',
    sku: wanted.sku,
    recordId: item.recordId,
  });
}

function update(
  remoteId: string,
  changed: JsonObject,
  snapshot: JsonObject,
  isLinked: boolean,
): Composed {
  if (Object.keys(changed).length === 0)
    return { type: 'adopt', remoteId, remoteVersion: null, snapshot, isLinked };
  const payload = { id: Number(remoteId), ...changed };
  const checked = productUpdateSchema.safeParse(payload);
  if (!checked.success) return invalidValue(checked.error.issues[0]);
  return write('update', payload, snapshot, isLinked, { kind: 'update', id: payload.id });
}

/** A SKU that is taken in a way which only a person can decide about. */
function stopForHit(
  finding: WooFinding | null,
  sku: string,
  remoteId: string | null,
): Composed | null {
  if (finding === null) return null;
  if (finding.type === 'trashed')
    return hold(
      'in_trash',
      'product',
      `SKU "${sku}" is held by product ${finding.id} in the trash: restore it or delete it for good`,
    );
  if (finding.type === 'inexact')
    return hold('ambiguous_match', 'sku', `SKU "${sku}" is held by ${finding.detail}`);
  if (finding.type !== 'exact') return null;
  const { id, type } = finding.product;
  if (remoteId !== null && remoteId !== String(id))
    return hold('ambiguous_match', 'sku', `SKU "${sku}" is held by another product, id ${id}`);
  return type === 'simple'
    ? null
    : hold('ambiguous_match', 'type', `SKU "${sku}" is a product of type ${type}, id ${id}`);
}

function composeStock(
  item: Outgoing,
  body: StockBody,
  references: References,
  finding: WooFinding | null,
): Composed {
  if (item.op === 'absent') return { type: 'skip', reason: 'nothing_to_delete' };
  const product = references.products.get(item.recordId);
  if (product?.isStockTracked === false) return { type: 'skip', reason: 'stock_not_tracked' };
  if (!product?.remoteId) {
    const isOpen = product?.isOpen ?? false;
    return { type: 'notReady', missing: [{ kind: 'sku', ref: item.recordId, isOpen }] };
  }
  const figure = stockTotal(body);
  const quantity = wholeNumber(figure);
  if (quantity === null)
    return hold(
      'fractional_stock',
      'stock',
      `The stock is ${figure}; the store takes whole pieces`,
    );
  if (finding?.type === 'absent')
    return hold('gone_in_system', 'product', `Product ${product.remoteId} is not listed any more`);
  if (finding?.type !== 'stock')
    throw new Error(`Bug: delivery ${item.deliveryId} is composed without its look-up`);
  if (finding.isManaged === 'parent')
    return hold('not_built', 'stock_of_parent', 'The stock is kept at the parent product');
  const isManaged = finding.isManaged;
  const snapshot = { stockQuantity: quantity };
  const id = Number(product.remoteId);
  const { isLinked } = product;
  if (isManaged && finding.quantity === quantity)
    return { type: 'adopt', remoteId: product.remoteId, remoteVersion: null, snapshot, isLinked };
  const stopped = stopForStock(item, body, isLinked, isManaged ? finding.quantity : null);
  if (stopped) return stopped;
  const payload = { id, manage_stock: true, stock_quantity: quantity };
  const checked = stockUpdateSchema.safeParse(payload);
  if (!checked.success) return invalidValue(checked.error.issues[0]);
  const former = isManaged ? finding.quantity : null;
  return write('update', payload, snapshot, isLinked, { kind: 'stock', id, quantity, former });
}

/** The guard of an absolute write: a figure that is not ours may hold sales that we do not know (accounting.md 14). */
function stopForStock(
  item: Outgoing,
  body: StockBody,
  isLinked: boolean,
  present: number | null,
): Composed | null {
  const last = item.snapshot?.['stockQuantity'];
  if (typeof last !== 'number')
    return isLinked && !isCounted(body)
      ? hold('stock_unknown', 'stock', 'The product was in the store before: count it in the POS')
      : null;
  if (present === last) return null;
  const shown = present === null ? 'no figure' : String(present);
  return hold(
    'stock_changed_elsewhere',
    'stock',
    `The store shows ${shown}, the last figure written is ${last}`,
  );
}

function write(
  operation: 'create' | 'update',
  payload: JsonObject,
  snapshot: JsonObject,
  isLinked: boolean,
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

function hold(reason: HoldCode, what: string, detail: string): Composed {
  return { type: 'hold', reason, cause: `${reason}:${what}`, detail };
}

function invalidValue(issue: { path: PropertyKey[]; message: string } | undefined): Composed {
  const field = String(issue?.path[0] ?? 'record');
  return hold('invalid_value', field, `The store does not take ${field}: ${issue?.message ?? ''}`);
}
