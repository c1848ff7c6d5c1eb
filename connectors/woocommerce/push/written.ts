import { z } from 'zod';

import type { JsonObject } from '../../../domain/words';
import { hold, type AfterAccepted, type MemberResult, type Write } from '../../contract';
import { differences } from '../shape/mapping';
import { afterStock } from './stock';
import type { WooProduct } from '../api/wire';

// What a write came to that the store carried out, by the product as the store shows it afterwards.
// Pure.

/** How a write is found again. */
export const naturalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), sku: z.string(), recordId: z.string() }),
  z.object({ kind: z.literal('update'), id: z.number() }),
  z.object({
    kind: z.literal('stock'),
    id: z.number(),
    quantity: z.number(),
    former: z.number().nullable(),
    /** Of `total_sales` at the look-up; null where the store did not say. */
    sales: z.number().nullable(),
    /** What the POS has; the store takes whole pieces. */
    figure: z.string(),
  }),
]);
export type Natural = z.infer<typeof naturalSchema>;

/**
 * Accepted; held where the store does not show what it was sent: it answers 200 to what it drops.
 */
export function carriedOut(
  write: Write,
  natural: Natural,
  product: WooProduct,
  nowMs: number,
): MemberResult {
  const accepted = { type: 'accepted' as const, remoteId: String(product.id), remoteVersion: null };
  if (natural.kind === 'stock') {
    const after = afterStock(natural, product, nowMs);
    if (after !== null) return { ...accepted, ...after };
    const { figure, quantity } = natural;
    const isRounded = Number(figure) !== quantity;
    const note = `The POS has ${figure}; the store takes whole pieces and shows ${quantity}`;
    return { ...accepted, snapshot: write.snapshot, ...(isRounded ? { note } : {}) };
  }
  const differing = differences(write.payload, product);
  const then = inTrash(product) ?? notAsSent(product, differing);
  // What was written on the way to something else is followed by that.
  const step = write.natural['isStep'] === true ? { then: { type: 'step' as const } } : {};
  if (then === null) return { ...accepted, snapshot: write.snapshot, ...step };
  // What the store does not have is sent again with the next try.
  const keys: readonly string[] = differing.map(({ key }) => key);
  const kept = Object.entries(write.snapshot).filter(([key]) => !keys.includes(key));
  return { ...accepted, then, snapshot: Object.fromEntries(kept) satisfies JsonObject };
}

function inTrash({ id, sku, status }: WooProduct): AfterAccepted | null {
  if (status !== 'trash') return null;
  const detail =
    `Product ${id} (SKU "${sku}") lies in the trash of the store: restore it there and ` +
    'redrive, or archive it at the POS';
  return hold('in_trash', 'product', detail);
}

/** Fields by the names that the shopkeeper sees. */
const fieldNames: Readonly<Partial<Record<string, string>>> = {
  regular_price: 'price',
  sku: 'SKU',
  catalog_visibility: 'visibility in the catalogue',
  manage_stock: 'stock management',
  tax_class: 'tax class',
  global_unique_id: 'barcode (GTIN)',
  virtual: 'mark of a service (virtual)',
};

function notAsSent(
  { id, sku, type }: WooProduct,
  differing: ReturnType<typeof differences>,
): AfterAccepted | null {
  const [first] = differing;
  if (first === undefined) return null;
  const said = differing.map(
    ({ key, sent, shown }) =>
      `${fieldNames[key] ?? key} was sent as "${sent.slice(0, 200)}", the store has ` +
      `"${shown.slice(0, 200)}"`,
  );
  const kind = type === 'simple' ? '' : `, which is of type ${type} in the store`;
  const detail =
    `Product ${id} (SKU "${sku}")${kind}: ${said.join('; ')}. A plug-in or a setting of the ` +
    'store changes it: correct it there or at the POS, then redrive';
  return hold('echo_differs', first.key, detail);
}
