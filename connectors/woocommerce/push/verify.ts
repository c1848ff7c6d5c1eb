import {
  ConnectorError,
  type CallGate,
  type MemberResult,
  type StoredSend,
  type Write,
} from '../../contract';
import type { WooClient } from '../api/client';
import { findById, findBySku, type SkuHit } from './look-up';
import { differences, markerOf } from '../shape/mapping';
import type { WooProduct } from '../api/wire';
import { carriedOut, naturalSchema, type Natural } from './written';

// What became of a send whose answer was lost (woocommerce.md#lost-answers): there is no
// idempotency key, so each member is looked at, by SKU or id.

/** One result per member; throws `ConnectorError` where a look-up fails: then nothing is known. */
export async function lookAtMembers(
  client: WooClient,
  stored: StoredSend,
  gate: CallGate,
): Promise<MemberResult[]> {
  const members = stored.members.map((write) => ({
    write,
    natural: naturalSchema.parse(write.natural),
  }));
  const naturals = members.map(({ natural }) => natural);
  const skus = naturals.flatMap((natural) => (natural.kind === 'create' ? [natural.sku] : []));
  const ids = naturals.flatMap((natural) =>
    natural.kind === 'create' ? [] : [String(natural.id)],
  );
  const hits = await findBySku(client, skus, gate);
  const products = await findById(client, ids, gate);
  return members.map(({ write, natural }) =>
    resultFor({ write, natural, nowMs: client.now() }, hits, products),
  );
}

interface Asked {
  write: Write;
  natural: Natural;
  nowMs: number;
}

function resultFor(
  asked: Asked,
  hits: ReadonlyMap<string, SkuHit>,
  products: ReadonlyMap<string, WooProduct>,
): MemberResult {
  const { write, natural, nowMs } = asked;
  if (natural.kind === 'create') return created(asked, natural, hits.get(natural.sku));
  const product = products.get(String(natural.id));
  if (!product)
    return {
      type: 'refused',
      failureClass: 'GONE',
      code: 'not_listed',
      message: `Product ${natural.id} is not listed any more. Redrive to make it anew, or discard`,
    };
  const isThere =
    natural.kind === 'stock'
      ? !isFormer(natural, product)
      : differences(write.payload, product).length === 0;
  return isThere ? carriedOut(write, natural, product, nowMs) : { type: 'absent' };
}

/** Whether the store still shows the figure from before our write. */
function isFormer(
  { former, quantity }: Extract<Natural, { kind: 'stock' }>,
  { manage_stock: isManaged, stock_quantity: shown }: WooProduct,
): boolean {
  const present = isManaged === true ? shown : null;
  return present === former && present !== quantity;
}

function created(
  { write, nowMs }: Asked,
  natural: Extract<Natural, { kind: 'create' }>,
  hit: SkuHit | undefined,
): MemberResult {
  if (!hit) throw new ConnectorError('upstream', 'A SKU of the send was not looked up');
  const heldBy = (holder: string): string => `SKU "${natural.sku}" is held by ${holder}`;
  switch (hit.type) {
    case 'absent':
      return { type: 'absent' };
    case 'trashed':
      return { type: 'ambiguous', reason: 'in_trash', detail: heldBy(hit.detail) };
    case 'inexact':
      return { type: 'ambiguous', reason: 'ambiguous_match', detail: heldBy(hit.detail) };
    case 'exact': {
      const { product } = hit;
      const isOurs =
        markerOf(product) === natural.recordId || differences(write.payload, product).length === 0;
      return isOurs
        ? carriedOut(write, natural, product, nowMs)
        : {
            type: 'ambiguous',
            reason: 'ambiguous_match',
            detail:
              `Product ${product.id} has SKU "${natural.sku}" but neither our marker nor our ` +
              'fields',
          };
    }
  }
}
