import { type Json, type JsonObject } from '../../json';
import { type Random } from '../../random';
import { selfLinks } from '../links';
import { type Store } from '../store';
import { type Product } from './model';
import { optionsOf } from './names';
import { type Context, productView } from './view';

/** Members of a variation in the recorded order (rec: variation_create). */
const members = [
  'id',
  'type',
  'date_created',
  'date_created_gmt',
  'date_modified',
  'date_modified_gmt',
  'description',
  'permalink',
  'sku',
  'global_unique_id',
  'price',
  'regular_price',
  'sale_price',
  'date_on_sale_from',
  'date_on_sale_from_gmt',
  'date_on_sale_to',
  'date_on_sale_to_gmt',
  'on_sale',
  'status',
  'purchasable',
  'virtual',
  'downloadable',
  'downloads',
  'download_limit',
  'download_expiry',
  'tax_status',
  'tax_class',
  'manage_stock',
  'stock_quantity',
  'stock_status',
  'backorders',
  'backorders_allowed',
  'backordered',
  'low_stock_amount',
  'weight',
  'dimensions',
  'shipping_class',
  'shipping_class_id',
  'image',
  'gallery_image_ids',
  'attributes',
  'menu_order',
  'meta_data',
  'name',
  'parent_id',
  '_links',
];

/** A variation as its own routes show it; `GET /products/{id}` shows it as a product. */
export function variationView(
  store: Store,
  variation: Product,
  context: Context,
  random: Random,
): JsonObject {
  const collection = `products/${variation.parentId}/variations`;
  const body: JsonObject = {
    ...productView(store, variation, context, random),
    // Only the answer of a write still says `parent`; a read has looked it up.
    tax_class: shownTaxClass(store, variation, context),
    image: null,
    gallery_image_ids: [],
    name: optionsOf(variation),
    _links: {
      ...selfLinks(store, collection, String(variation.id)),
      up: [{ href: `${store.homeUrl}/wp-json/wc/v3/products/${variation.parentId}` }],
    },
  };
  return Object.fromEntries(members.map((name) => [name, body[name] ?? null]));
}

function shownTaxClass(store: Store, variation: Product, context: Context): Json {
  const own = variation.fields['tax_class'] ?? 'parent';
  if (context !== 'view' || own !== 'parent') return own;
  return store.products.get(variation.parentId)?.fields['tax_class'] ?? '';
}
