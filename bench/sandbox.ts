import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import { freePort } from '../tools/local-services/ports';
import { control, keepAlive, startProcess, type BenchWorker } from './bench-stack';
import { request } from 'undici';

// The sandboxes alone, as `npm run sandbox` runs them: one process, the callers in another.

const clients = 16;
const roundMs = 4_000;
const batchSize = 30;
const snapshotDocuments = 10_000;
const manyProducts = 100_000;
const manyDocuments = 100_000;
const snapshotRounds = 5;

interface Target {
  url: string;
  token: string;
}

interface Sandboxes {
  process: BenchWorker;
  woo: Target;
  qbo: Target;
}

/** Calls a second, snapshot and restore, memory of the sandboxes of one process. */
export async function benchSandbox(): Promise<string> {
  const sandboxes = await startSandboxes();
  try {
    const shop = await openShop(sandboxes.woo);
    const company = await openCompany(sandboxes.qbo);
    const lines = [
      await shopCalls(shop),
      await shopSnapshots(sandboxes, shop),
      await largeShop(shop),
      await companyCalls(company),
      await companySnapshots(sandboxes, company),
      await memory(sandboxes, shop, company),
    ];
    return lines.join('\n');
  } finally {
    await sandboxes.process.stop();
  }
}

async function startSandboxes(): Promise<Sandboxes> {
  const token = randomBytes(16).toString('hex');
  const [wooPort, qboPort] = [await freePort(), await freePort()];
  const process = await startProcess(['--import', 'tsx', 'sandbox/main.ts'], 'X-Sandbox-Token', {
    SANDBOX_WOO_PORT: String(wooPort),
    SANDBOX_QBO_PORT: String(qboPort),
    SANDBOX_TOKEN: token,
  });
  return {
    process,
    woo: { url: `http://127.0.0.1:${wooPort}`, token },
    qbo: { url: `http://127.0.0.1:${qboPort}`, token },
  };
}

interface Place {
  root: string;
  headers: Record<string, string>;
}

async function openShop(woo: Target): Promise<Place> {
  const answer = z
    .object({
      stores: z.tuple([z.object({ consumerKey: z.string(), consumerSecret: z.string() })]),
    })
    .parse(await control(woo, 'reset', { stores: [{ store: 'shop' }] }));
  const [{ consumerKey, consumerSecret }] = answer.stores;
  const basic = Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, 'x-forwarded-proto': 'https' };
  return { root: `${woo.url}/shop/wp-json/wc/v3`, headers };
}

async function openCompany(qbo: Target): Promise<Place> {
  const realms = [{ realmId: '1', country: 'US', fixture: 'accounting' }];
  const answer = z
    .object({ realms: z.tuple([z.object({ accessToken: z.string() })]) })
    .parse(await control(qbo, 'reset', { realms }));
  await control(qbo, 'quota', { on: false });
  const headers = { authorization: `Bearer ${answer.realms[0].accessToken}` };
  return { root: `${qbo.url}/v3/company/1`, headers };
}

async function send(
  place: Place,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
): Promise<void> {
  const answer = await request(`${place.root}/${path}`, {
    method,
    dispatcher: keepAlive,
    headers: { ...place.headers, accept: 'application/json', 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300 || text.includes('"Fault"'))
    throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
}

/** Runs work in as many places at once as there are clients; answers how often in a second. */
async function perSecond(work: (turn: number) => Promise<void>): Promise<number> {
  const startMs = performance.now();
  let turn = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - startMs < roundMs) {
        turn += 1;
        await work(turn);
      }
    }),
  );
  return (turn / (performance.now() - startMs)) * 1_000;
}

/** So often, some at a time. */
async function times(count: number, work: (turn: number) => Promise<void>): Promise<void> {
  let turn = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (turn < count) {
        turn += 1;
        await work(turn);
      }
    }),
  );
}

const productsInShop = 1_000;
let skuNumber = 0;

/** A batch of a hundred new products with stock. */
async function createProducts(shop: Place): Promise<void> {
  const create = Array.from({ length: 100 }, () => {
    skuNumber += 1;
    return {
      sku: `SKU-${skuNumber}`,
      name: `Product ${skuNumber}`,
      regular_price: '12.50',
      manage_stock: true,
      stock_quantity: 10,
      meta_data: [{ key: '_pos_id', value: `P-${skuNumber}` }],
    };
  });
  await send(shop, 'POST', 'products/batch', { create });
}

const ids = z.array(z.object({ id: z.number() }));

async function shopCalls(shop: Place): Promise<string> {
  await times(productsInShop / 100, () => createProducts(shop));
  const list = await request(`${shop.root}/products?per_page=100&_fields=id`, {
    headers: shop.headers,
  });
  const known = ids.parse(await list.body.json()).map((row) => row.id);
  const one = (turn: number): string => `products/${known[turn % known.length] ?? 0}`;
  await perSecond((turn) => send(shop, 'GET', one(turn))); // warms the compiler up
  const reads = await perSecond((turn) => send(shop, 'GET', one(turn)));
  const writes = await perSecond((turn) =>
    send(shop, 'PUT', one(turn), { stock_quantity: turn % 100 }),
  );
  return (
    `Woo single calls: ${Math.round(reads)} reads/s, ${Math.round(writes)} writes/s (goal >= ` +
    '2000)'
  );
}

let orderNumber = 0;

/** A paid order of three lines, as a till posts it; it moves stock. */
async function createOrder(shop: Place): Promise<void> {
  orderNumber += 1;
  const line_items = [0, 1, 2].map((line) => ({
    sku: `SKU-${((orderNumber * 7 + line) % skuNumber) + 1}`,
    quantity: 1,
  }));
  await send(shop, 'POST', 'orders', {
    status: 'processing',
    set_paid: true,
    billing: { first_name: 'Ann', email: 'ann@example.test', country: 'GB' },
    meta_data: [{ key: '_pos_sale', value: `S-${orderNumber}` }],
    line_items,
  });
}

/** Fills the shop up to so many. */
async function fill(shop: Place, products: number, orders: number): Promise<void> {
  await times((products - skuNumber) / 100, () => createProducts(shop));
  await times(orders - orderNumber, () => createOrder(shop));
}

async function shopSnapshots(sandboxes: Sandboxes, shop: Place): Promise<string> {
  await fill(shop, 10_000, 2_000);
  const { snapshot, restore } = await snapshotTimes(sandboxes.woo);
  return (
    `Woo, ${skuNumber} products and ${orderNumber} orders: snapshot ${snapshot} ms, restore ` +
    `${restore} ms (goal <= 100 each)`
  );
}

async function largeShop(shop: Place): Promise<string> {
  await fill(shop, 17_000, 6_000);
  const orders = await perSecond(() => createOrder(shop));
  const pageMax = skuNumber / 100;
  const pages = await perSecond((turn) =>
    send(shop, 'GET', `products?per_page=100&page=${(turn % pageMax) + 1}`),
  );
  return (
    `Woo, ${skuNumber} products and 6000 orders: ${Math.round(orders)} orders/s (goal >= ` +
    `2000), ${pages.toFixed(1)} pages of 100 products/s`
  );
}

let documentNumber = 0;

/** A batch of thirty sales, each with two lines. */
async function createSales(company: Place): Promise<void> {
  const items = Array.from({ length: batchSize }, (_, position) => {
    documentNumber += 1;
    const line = (amount: number): object => ({
      Amount: amount,
      Description: 'Espresso beans, 1 kg',
      DetailType: 'SalesItemLineDetail',
      SalesItemLineDetail: { ItemRef: { value: '11' }, Qty: 1, UnitPrice: amount },
    });
    return {
      bId: String(position),
      operation: 'create',
      SalesReceipt: {
        CustomerRef: { value: '301' },
        DocNumber: `D-${documentNumber}`,
        TxnDate: '2026-03-01',
        PrivateNote: `till 1, sale ${documentNumber}`,
        DepositToAccountRef: { value: '201' },
        Line: [line(12.5), line(3)],
      },
    };
  });
  const requestId = `bench-${documentNumber}`;
  await send(company, 'POST', `batch?requestid=${requestId}`, { BatchItemRequest: items });
}

async function companyCalls(company: Place): Promise<string> {
  await perSecond(() => createSales(company));
  const before = documentNumber;
  const batches = await perSecond(() => createSales(company));
  return (
    `QuickBooks: ${batches.toFixed(0)} batches of ${batchSize} a second (goal >= 100), ` +
    `${before} documents before`
  );
}

/** A company of so many documents, the largest of some rounds. */
async function companySnapshots(sandboxes: Sandboxes, company: Place): Promise<string> {
  Object.assign(company, await openCompany(sandboxes.qbo));
  await times(Math.ceil(snapshotDocuments / batchSize), () => createSales(company));
  const { snapshot, restore } = await snapshotTimes(sandboxes.qbo);
  return (
    `QuickBooks, ${snapshotDocuments} documents: snapshot ${snapshot} ms, restore ${restore} ` +
    'ms (goal <= 100 each)'
  );
}

async function snapshotTimes(target: Target): Promise<{ snapshot: number; restore: number }> {
  const most = { snapshot: 0, restore: 0 };
  for (let round = 0; round < snapshotRounds; round += 1) {
    for (const name of ['snapshot', 'restore'] as const) {
      const startMs = performance.now();
      await control(target, name, {});
      most[name] = Math.max(most[name], Math.round(performance.now() - startMs));
    }
  }
  return most;
}

async function memory(sandboxes: Sandboxes, shop: Place, company: Place): Promise<string> {
  Object.assign(company, await openCompany(sandboxes.qbo));
  await times((manyProducts - skuNumber) / 100, () => createProducts(shop));
  await times(Math.ceil(manyDocuments / batchSize), () => createSales(company));
  const resident = Math.round(sandboxes.process.memoryMb());
  return (
    `memory with ${manyProducts} products and ${manyDocuments} documents: ${resident} MB ` +
    '(goal <= 1024)'
  );
}
