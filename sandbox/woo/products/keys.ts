import { WooError } from '../answer';
import { type Moment } from '../call';
import { skuKey, type Store } from '../store';
import { textOf } from '../values';
import { type Product } from './model';
import { type ProductWrite } from './product-write';
import { sanitizedText } from './text';

/** Refuses a SKU or GTIN that another product holds (woocommerce.md#errors). */
export function refuseTakenKeys(
  moment: Moment,
  product: Product | null,
  { input, arrival }: ProductWrite,
): void {
  const { store } = moment;
  const sku = sanitizedText(textOf(input['sku']) ?? '');
  const holder = store.products.get(store.idBySku.get(skuKey(sku)) ?? 0);
  if (sku !== '' && holder !== undefined && holder.id !== product?.id) {
    refuseSku(moment, product, holder, sku, arrival.revision);
  }
  const gtin = normalGtin(textOf(input['global_unique_id']) ?? '');
  const gtinHolder = store.idByGtin.get(gtin);
  if (gtin !== '' && gtinHolder !== undefined && gtinHolder !== product?.id) {
    const message = 'Invalid or duplicated GTIN, UPC, EAN or ISBN.';
    throw new WooError(400, 'product_invalid_global_unique_id', message, {
      resource_id: gtinHolder,
    });
  }
}

/**
 * Two errors for one cause: a holder that the check sees is named; one in the trash, or one that
 * came between the check and the insert, is met only by the look-up table. Two updates at the
 * same time may both pass: the table is not asked for them (woocommerce.md#timing).
 */
function refuseSku(
  { store, random }: Moment,
  product: Product | null,
  holder: Product,
  sku: string,
  arrivalRevision: number,
): void {
  const isRace = holder.skuRevision > arrivalRevision;
  if (isRace && product !== null) {
    if (random.next() < 0.5) return;
  } else if (isRace || holder.status === 'trash') {
    throw new WooError(
      400,
      'woocommerce_rest_product_not_created',
      `The product with SKU (${sku}) you are trying to insert is already present in the ` +
        'lookup table',
    );
  }
  throw new WooError(400, 'product_invalid_sku', 'Invalid or duplicated SKU.', {
    resource_id: holder.id,
    unique_sku: uniqueSku(store, sku),
  });
}

function uniqueSku(store: Store, sku: string): string {
  let number = 1;
  while (store.idBySku.has(skuKey(`${sku}-${number}`))) number += 1;
  return `${sku}-${number}`;
}

/** Digits and hyphens only; anything else is dropped (rec: product_create_bad_global_unique_id). */
export function normalGtin(text: string): string {
  return /^[\d-]+$/.test(text) ? text : '';
}
