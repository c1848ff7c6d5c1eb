import { z } from 'zod';
import {
  ConnectorError,
  type CallGate,
  type MemberResult,
  type StoredSend,
  type Write,
} from '../connector';
import { acceptedAs, stockDiffers } from './batch';
import type { WooClient } from './client';
import { findById, findBySku, type SkuHit } from './lookup';
import { isSame, markerOf } from './mapping';
import { productCreateSchema, productUpdateSchema, type WooProduct } from './wire';

// What became of a send whose answer was lost (woocommerce.md 14): there is no idempotency key, so each
// member is looked at, by SKU or id.

const naturalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), sku: z.string(), recordId: z.string() }),
  z.object({ kind: z.literal('update'), id: z.number() }),
  z.object({
    kind: z.literal('stock'),
    id: z.number(),
    quantity: z.number(),
    former: z.number().nullable(),
  }),
]);
type Natural = z.infer<typeof naturalSchema>;

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
  return members.map(({ write, natural }) => resultFor(write, natural, hits, products));
}

function resultFor(
  write: Write,
  natural: Natural,
  hits: ReadonlyMap<string, SkuHit>,
  products: ReadonlyMap<string, WooProduct>,
): MemberResult {
  if (natural.kind === 'create') return created(write, natural, hits.get(natural.sku));
  const product = products.get(String(natural.id));
  if (!product)
    return {
      type: 'refused',
      failureClass: 'GONE',
      code: 'not_listed',
      message: `Product ${natural.id} is not listed any more`,
    };
  if (natural.kind === 'stock') return stockWritten(write, natural, product);
  const fields = productUpdateSchema.parse(write.payload);
  return hasFields(fields, product) ? accepted(write, product) : { type: 'absent' };
}

function created(
  write: Write,
  natural: Extract<Natural, { kind: 'create' }>,
  hit: SkuHit | undefined,
): MemberResult {
  if (!hit) throw new ConnectorError('upstream', 'A SKU of the send was not looked up');
  switch (hit.type) {
    case 'absent':
      return { type: 'absent' };
    case 'trashed':
      return {
        type: 'ambiguous',
        reason: 'in_trash',
        detail: `SKU "${natural.sku}" is held by product ${hit.id} in the trash`,
      };
    case 'inexact':
      return {
        type: 'ambiguous',
        reason: 'ambiguous_match',
        detail: `SKU "${natural.sku}" is held by ${hit.detail}`,
      };
    case 'exact': {
      const { product } = hit;
      const fields = productCreateSchema.parse(write.payload);
      const isOurs = markerOf(product) === natural.recordId || hasFields(fields, product);
      return isOurs
        ? accepted(write, product)
        : {
            type: 'ambiguous',
            reason: 'ambiguous_match',
            detail: `Product ${product.id} has SKU "${natural.sku}" but neither our marker nor our fields`,
          };
    }
  }
}

function stockWritten(
  write: Write,
  natural: Extract<Natural, { kind: 'stock' }>,
  product: WooProduct,
): MemberResult {
  const present = product.manage_stock === true ? product.stock_quantity : null;
  if (present === natural.quantity) return accepted(write, product);
  if (present === natural.former) return { type: 'absent' };
  return stockDiffers(String(natural.quantity), present);
}

/** Whether the product shows every field that was written. */
function hasFields(
  fields: z.infer<typeof productUpdateSchema> | z.infer<typeof productCreateSchema>,
  product: WooProduct,
): boolean {
  const keys = [
    'name',
    'sku',
    'regular_price',
    'status',
    'virtual',
    'description',
    'catalog_visibility',
  ] as const;
  return keys.every((key) => {
    const wanted = fields[key];
    return wanted === undefined || isSame(key, wanted, product[key]);
  });
}

function accepted(write: Write, product: WooProduct): MemberResult {
  return acceptedAs(write, String(product.id));
}
