import { type Parameter } from '../schema';

const text: Parameter = { type: 'string' };
const flag: Parameter = { type: 'boolean' };
const integer: Parameter = { type: 'integer' };
const list: Parameter = { type: 'array' };

export const productStatuses = [
  'draft',
  'pending',
  'private',
  'publish',
  'future',
  'auto-draft',
  'trash',
];

/** Parameters of a product write (rec: options_products). */
export const writeParameters: Record<string, Parameter> = {
  name: text,
  date_created: { type: 'date' },
  date_created_gmt: { type: 'date' },
  slug: text,
  type: { type: 'string', allowed: ['simple', 'grouped', 'external', 'variable'] },
  status: { type: 'string', allowed: productStatuses },
  featured: flag,
  catalog_visibility: { type: 'string', allowed: ['visible', 'catalog', 'search', 'hidden'] },
  description: text,
  short_description: text,
  sku: text,
  global_unique_id: text,
  regular_price: text,
  sale_price: text,
  virtual: flag,
  downloadable: flag,
  downloads: list,
  download_limit: integer,
  download_expiry: integer,
  external_url: text,
  button_text: text,
  tax_status: { type: 'string', allowed: ['taxable', 'shipping', 'none'] },
  tax_class: text,
  manage_stock: flag,
  stock_quantity: integer,
  stock_status: { type: 'string', allowed: ['instock', 'outofstock', 'onbackorder'] },
  backorders: { type: 'string', allowed: ['no', 'notify', 'yes'] },
  low_stock_amount: integer,
  sold_individually: flag,
  weight: text,
  dimensions: { type: 'object' },
  shipping_class: text,
  reviews_allowed: flag,
  post_password: text,
  upsell_ids: list,
  cross_sell_ids: list,
  parent_id: integer,
  purchase_note: text,
  categories: list,
  brands: list,
  tags: list,
  images: list,
  attributes: list,
  default_attributes: list,
  menu_order: integer,
  meta_data: list,
};

const orderings = [
  'date',
  'id',
  'include',
  'title',
  'slug',
  'modified',
  'popularity',
  'rating',
  'post__in',
  'price',
  'sales',
  'menu_order',
  'random',
];

/** Parameters of the product list; what is not here is ignored (woocommerce.md#lists). */
export const listParameters: Record<string, Parameter> = {
  context: { type: 'string', allowed: ['view', 'edit'] },
  page: { type: 'integer', bounds: { min: 1 } },
  per_page: { type: 'integer', bounds: { min: 1, max: 100 } },
  offset: integer,
  order: { type: 'string', allowed: ['asc', 'desc'] },
  orderby: {
    type: 'string',
    allowed: orderings,
    // The store lists some values twice (rec: list_bad_orderby).
    allowedText:
      `${orderings.join(', ')}, popularity, rating, menu_order, price, ` + 'popularity, and rating',
  },
  after: { type: 'date' },
  before: { type: 'date' },
  modified_after: { type: 'date' },
  modified_before: { type: 'date' },
  dates_are_gmt: flag,
  include: list,
  exclude: list,
  search: text,
  slug: text,
  sku: text,
  search_sku: text,
  search_name_or_sku: text,
  global_unique_id: text,
  status: {
    type: 'string',
    allowed: ['any', 'future', 'trash', 'draft', 'pending', 'private', 'publish'],
  },
  type: { type: 'string', allowed: ['simple', 'grouped', 'external', 'variable'] },
  stock_status: { type: 'string', allowed: ['instock', 'outofstock', 'onbackorder'] },
  category: text,
  include_meta: list,
  exclude_meta: list,
};

/** Parameters of a variation write: stock may be kept by the parent. */
export const variationParameters: Record<string, Parameter> = {
  ...writeParameters,
  manage_stock: { type: 'boolean', allowedWord: 'parent' },
};
