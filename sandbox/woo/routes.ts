import { parameterText } from './product-list';
import { type JsonObject } from '../json';
import { type Random } from '../random';
import { type VendorAnswer, type VendorRequest } from '../server/vendor';
import { jsonAnswer, WooError } from './answer';
import { type Caller } from './auth';
import {
  batchCall,
  createCall,
  deleteCall,
  getCall,
  listCall,
  type ProductCall,
  updateCall,
  validateProductCall,
} from './products';
import { inputOf, type Routed } from './request';
import { setting, siteIndex, systemStatus } from './site';
import { type Store } from './store';

interface Served {
  store: Store;
  target: Routed;
  request: VendorRequest;
  caller: Caller;
  nowMs: number;
  random: Random;
}

type Right = 'list' | 'view' | 'create' | 'edit' | 'delete' | 'batch';

/** What somebody without a key hears (woocommerce.md section 1; rec: auth_none*). */
const denials: Record<Right, [code: string, message: string]> = {
  list: ['woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.'],
  view: ['woocommerce_rest_cannot_view', 'Sorry, you cannot view this resource.'],
  create: ['woocommerce_rest_cannot_create', 'Sorry, you are not allowed to create resources.'],
  edit: ['woocommerce_rest_cannot_edit', 'Sorry, you are not allowed to edit this resource.'],
  delete: ['woocommerce_rest_cannot_delete', 'Sorry, you are not allowed to delete this resource.'],
  batch: [
    'woocommerce_rest_cannot_batch',
    'Sorry, you are not allowed to batch manipulate this resource.',
  ],
};

interface Route {
  methods: readonly string[];
  pattern: RegExp;
  right: Right | 'open';
  checks?: 'list' | 'write';
  run(call: ProductCall, parts: string[], served: Served): VendorAnswer;
}

const edits = ['PUT', 'PATCH', 'POST'];

const routes: Route[] = [
  {
    methods: ['GET', 'HEAD'],
    pattern: /^$/,
    right: 'open',
    run: ({ store, nowMs }) => siteIndex(store, nowMs),
  },
  {
    methods: ['GET', 'HEAD'],
    pattern: /^\/wc\/v3\/system_status$/,
    right: 'list',
    run: ({ store, input }) => systemStatus(store, parameterText(input['_fields'])),
  },
  {
    methods: ['GET', 'HEAD'],
    pattern: /^\/wc\/v3\/settings\/([\w-]+)\/([\w-]+)$/,
    right: 'view',
    run: ({ store }, [group = '', id = '']) => setting(store, group, id),
  },
  {
    methods: ['GET', 'HEAD'],
    pattern: /^\/wc\/v3\/products$/,
    right: 'list',
    checks: 'list',
    run: (call) => listCall(call),
  },
  {
    methods: ['POST'],
    pattern: /^\/wc\/v3\/products$/,
    right: 'create',
    checks: 'write',
    run: (call) => createCall(call),
  },
  {
    methods: edits,
    pattern: /^\/wc\/v3\/products\/batch$/,
    right: 'batch',
    run: (call) => batchCall(call),
  },
  {
    methods: ['GET', 'HEAD'],
    pattern: /^\/wc\/v3\/products\/(\d+)$/,
    right: 'view',
    run: (call, [id = '']) => getCall(call, id),
  },
  {
    methods: edits,
    pattern: /^\/wc\/v3\/products\/(\d+)$/,
    right: 'edit',
    checks: 'write',
    run: (call, [id = '']) => updateCall(call, id),
  },
  {
    methods: ['DELETE'],
    pattern: /^\/wc\/v3\/products\/(\d+)$/,
    right: 'delete',
    run: (call, [id = '']) => deleteCall(call, id),
  },
];

/** Routes of a real store that this sandbox does not have yet: it says so, and pretends nothing. */
const notBuilt =
  /^\/wc\/v3\/(orders|customers|webhooks|refunds|variations|coupons|taxes|shipping|reports|payment_gateways|data|products\/(\d+\/variations|categories|tags|attributes|brands|shipping_classes|reviews))(\/|$)/;

/** Finds the route, then checks parameters, then rights, as WordPress does. */
export function serveRoute(served: Served): VendorAnswer {
  const { store, target, request, caller, nowMs, random } = served;
  const { route: path, method } = target;
  if (notBuilt.test(path)) {
    return jsonAnswer(501, { code: 'sandbox_not_built', message: `${path}: not built` }, false);
  }
  const route = routes.find((one) => one.methods.includes(method) && one.pattern.test(path));
  if (route === undefined) {
    const message = 'No route was found matching the URL and request method.';
    throw new WooError(404, 'rest_no_route', message);
  }
  const input: JsonObject = inputOf(request);
  if (route.checks !== undefined) validateProductCall(route.checks, input);
  if (caller === 'anonymous' && route.right !== 'open') {
    const [code, message] = denials[route.right];
    throw new WooError(401, code, message);
  }
  const call: ProductCall = { store, input, rawQuery: request.rawQuery, nowMs, random };
  const [, ...parts] = route.pattern.exec(path) ?? [];
  return route.run(call, parts, served);
}
