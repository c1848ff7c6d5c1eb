import { WooError } from './answer';
import { type Answered, type WooCall } from './call';
import * as customers from './customers/calls';
import * as orders from './orders/calls';
import { listNotes, postNote } from './orders/notes';
import * as orderSchema from './orders/parameters';
import { getRefund, deleteRefund, listAllRefunds, listRefunds, postRefund } from './orders/refunds';
import { knownStatuses } from './orders/status';
import * as products from './products/calls';
import * as productSchema from './products/parameters';
import * as variations from './products/variations';
import { type Right } from './rights';
import { type Parameter } from './schema';
import { couponParameters, coupons, couponUpdateParameters } from './shop/coupons';
import { type Resource, resourceCalls } from './shop/resource';
import { attributes, categories, termParameters, termUpdateParameters } from './shop/terms';
import { changeSetting, readSetting, siteIndex, systemStatus } from './site';
import { taxes, taxParameters } from './taxes/resource';
import { webhookParameters, webhooks, webhookUpdateParameters } from './webhooks/resource';

type Checks = (call: WooCall) => Record<string, Parameter>;

/** What one method of a path does. */
export interface Route {
  methods: readonly string[];
  pattern: RegExp;
  right: Right | 'open';
  run(call: WooCall, parts: string[]): Answered;
  /** Parameters that are checked before the rights are. */
  checks?: Checks;
  /** Refuses before the rights are looked at (customers, woocommerce.md#errors). */
  before?(call: WooCall, parts: string[]): void;
  /** The version of the plug-in that brought it (woocommerce.md#site-settings). */
  since?: string;
  allow: string;
}

const reads = ['GET', 'HEAD'];
const edits = ['PUT', 'PATCH', 'POST'];
const allowList = 'GET, POST';
const allowItem = 'GET, POST, PUT, PATCH, DELETE';
const allowBatch = 'POST, PUT, PATCH';

type Deed = Route['run'];

/** The six routes of a collection. */
function collection(
  path: string,
  deeds: Record<'list' | 'get' | 'post' | 'put' | 'remove' | 'batch', Deed>,
  checks: { list?: Checks; post?: Checks; put?: Checks } = {},
  before?: Route['before'],
): Route[] {
  const at = (end: string): RegExp => new RegExp(`^/wc/v3/${path}${end}$`);
  const add = (checked: Checks | undefined): Partial<Route> =>
    checked === undefined ? {} : { checks: checked };
  const early = before === undefined ? {} : { before };
  const item = { pattern: at('/(\\d+)'), allow: allowItem, ...early };
  return [
    {
      methods: reads,
      pattern: at(''),
      right: 'list',
      run: deeds.list,
      allow: allowList,
      ...add(checks.list),
    },
    {
      methods: ['POST'],
      pattern: at(''),
      right: 'create',
      run: deeds.post,
      allow: allowList,
      ...add(checks.post),
    },
    { methods: edits, pattern: at('/batch'), right: 'batch', run: deeds.batch, allow: allowBatch },
    { methods: reads, right: 'view', run: deeds.get, ...item },
    { methods: edits, right: 'edit', run: deeds.put, ...item, ...add(checks.put) },
    { methods: ['DELETE'], right: 'delete', run: deeds.remove, ...item },
  ];
}

const plain =
  (parameters: Record<string, Parameter>): Checks =>
  () =>
    parameters;

function shopThing<T extends { readonly id: number }>(
  of: Resource<T>,
  post: Record<string, Parameter>,
  put: Record<string, Parameter>,
): Route[] {
  return collection(of.path, resourceCalls(of), {
    list: plain(pageParameters),
    post: plain(post),
    put: plain(put),
  });
}

const pageParameters: Record<string, Parameter> = {
  page: { type: 'integer', bounds: { min: 1 } },
  per_page: { type: 'integer', bounds: { min: 1, max: 100 } },
  order: { type: 'string', allowed: ['asc', 'desc'] },
};

const orderChecks = {
  list: (call: WooCall) => orderSchema.listParameters(knownStatuses(call)),
  post: (call: WooCall) => orderSchema.writeParameters(knownStatuses(call)),
  put: (call: WooCall) => orderSchema.writeParameters(knownStatuses(call)),
};

const site: Route[] = [
  { methods: reads, pattern: /^$/, right: 'open', run: siteIndex, allow: 'GET' },
  {
    methods: reads,
    pattern: /^\/wc\/v3\/system_status$/,
    right: 'list',
    run: systemStatus,
    allow: 'GET',
  },
  {
    methods: reads,
    pattern: /^\/wc\/v3\/settings\/([\w-]+)\/([\w-]+)$/,
    right: 'view',
    run: readSetting,
    allow: 'GET, POST, PUT, PATCH',
  },
  {
    methods: edits,
    pattern: /^\/wc\/v3\/settings\/([\w-]+)\/([\w-]+)$/,
    right: 'edit',
    run: changeSetting,
    allow: 'GET, POST, PUT, PATCH',
  },
];

const productRoutes = collection(
  'products',
  {
    list: products.listProducts,
    get: products.getProduct,
    post: products.postProduct,
    put: products.putProduct,
    remove: products.deleteProduct,
    batch: products.batchProducts,
  },
  {
    list: plain(productSchema.listParameters),
    post: plain(productSchema.writeParameters),
    put: plain(productSchema.writeParameters),
  },
);

const variationRoutes: Route[] = [
  ...collection(
    'products/(\\d+)/variations',
    {
      list: variations.listVariations,
      get: variations.getVariation,
      post: variations.postVariation,
      put: variations.putVariation,
      remove: variations.deleteVariation,
      batch: variations.batchVariations,
    },
    {
      list: plain(productSchema.listParameters),
      post: plain(productSchema.variationParameters),
      put: plain(productSchema.variationParameters),
    },
  ),
  {
    methods: reads,
    pattern: /^\/wc\/v3\/variations$/,
    right: 'list',
    run: variations.listAllVariations,
    checks: plain(productSchema.listParameters),
    since: '10.3',
    allow: 'GET',
  },
];

const orderRoutes: Route[] = [
  ...collection(
    'orders',
    {
      list: orders.listOrders,
      get: orders.getOrder,
      post: orders.postOrder,
      put: orders.putOrder,
      remove: orders.deleteOrder,
      batch: orders.batchOrders,
    },
    orderChecks,
  ),
  {
    methods: reads,
    pattern: /^\/wc\/v3\/orders\/(\d+)\/notes$/,
    right: 'list',
    run: listNotes,
    allow: allowList,
  },
  {
    methods: ['POST'],
    pattern: /^\/wc\/v3\/orders\/(\d+)\/notes$/,
    right: 'create',
    run: postNote,
    allow: allowList,
  },
];

const refundPath = /^\/wc\/v3\/orders\/(\d+)\/refunds$/;
const refundItem = { pattern: /^\/wc\/v3\/orders\/(\d+)\/refunds\/(\d+)$/, allow: 'GET, DELETE' };

const refundRoutes: Route[] = [
  {
    methods: reads,
    pattern: refundPath,
    right: 'list',
    run: listRefunds,
    checks: plain(pageParameters),
    allow: allowList,
  },
  {
    methods: ['POST'],
    pattern: refundPath,
    right: 'create',
    run: postRefund,
    checks: plain(orderSchema.refundParameters),
    allow: allowList,
  },
  { methods: reads, right: 'view', run: getRefund, ...refundItem },
  { methods: ['DELETE'], right: 'delete', run: deleteRefund, ...refundItem },
  {
    methods: reads,
    pattern: /^\/wc\/v3\/refunds$/,
    right: 'list',
    run: listAllRefunds,
    checks: plain(pageParameters),
    since: '9.0',
    allow: 'GET',
  },
];

/**
 * Somebody who is not there is told before the rights are asked for (rec: customer_get_missing).
 */
function requireCustomer(call: WooCall, [id = '']: string[]): void {
  if (customers.isCustomer(call.store, id)) return;
  throw new WooError(404, 'wc_user_invalid_id', 'Invalid user ID.', {}, null, true);
}

const customerRoutes = collection(
  'customers',
  {
    list: customers.listCustomers,
    get: customers.getCustomer,
    post: customers.postCustomer,
    put: customers.putCustomer,
    remove: customers.deleteCustomer,
    batch: customers.batchCustomers,
  },
  {
    list: plain(customers.listParameters),
    post: plain(customers.createParameters),
    put: plain(customers.updateParameters),
  },
  requireCustomer,
);

/** Every route; another one is a line here. */
export const routes: readonly Route[] = [
  ...site,
  ...shopThing(categories, termParameters, termUpdateParameters),
  ...shopThing(attributes, termParameters, termUpdateParameters),
  ...productRoutes,
  ...variationRoutes,
  ...orderRoutes,
  ...refundRoutes,
  ...customerRoutes,
  ...shopThing(coupons, couponParameters, couponUpdateParameters),
  ...shopThing(taxes, taxParameters, taxParameters),
  ...shopThing(webhooks, webhookParameters, webhookUpdateParameters),
];
