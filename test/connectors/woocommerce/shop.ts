import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { z } from 'zod';

import type { Connector, Outgoing, References, SendAnswer } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import { createWooCommerce } from '../../../connectors/woocommerce/woocommerce';
import type { ProductBody } from '../../../domain/bodies';
import type { RunningSandbox } from '../../../sandbox/server/server';
import { startWooSandbox } from '../../../sandbox/woo/start';
import {
  composed,
  openGate,
  outgoing,
  productBody,
  references,
  stored,
  writeOf,
} from '../fixtures';
import { control } from '../sandbox';

// A shop of the sandbox with our connector, as a turn uses it.

const storesSchema = z.object({
  stores: z.array(
    z.object({ url: z.string(), consumerKey: z.string(), consumerSecret: z.string() }),
  ),
});
const shownProduct = z.object({
  id: z.number(),
  sku: z.string(),
  name: z.string(),
  status: z.string(),
  isStockManaged: z.boolean(),
  stockQuantity: z.number().nullable(),
  price: z.string(),
});
const shelfSchema = z.object({
  stores: z.record(z.string(), z.object({ products: z.array(shownProduct) })),
});

/** What is kept of something that was accepted or remembered. */
export const resultSchema = z.object({
  remoteId: z.string(),
  snapshot: z.record(z.string(), z.json()),
});

export type ZeroPrice = 'draft' | 'hold' | 'publish';

export interface TestShop {
  connector(): Connector;
  store(): { url: string; consumerKey: string; consumerSecret: string };
  /** Connects anew with this setting. */
  open(zeroPrice: ZeroPrice): void;
  control(name: string, body: unknown): Promise<unknown>;
  act(body: object): Promise<unknown>;
  /** A person changes fields of a product, named as the API does. */
  edit(sku: string, set: object): Promise<unknown>;
  shelf(): Promise<z.infer<typeof shownProduct>[]>;
  /** What became of it, looked up, composed and sent; a hold as it was composed. */
  push(item: Outgoing, things?: References): Promise<unknown>;
  /** Several in one send, each of which composes to a write. */
  sendAll(items: readonly Outgoing[]): Promise<SendAnswer>;
  /** Made in the shop as it was sent; the item as its delivery knows it then. */
  made(changes: Partial<ProductBody>): Promise<Outgoing>;
}

/** For a test file: an empty shop that sells in USD before each test. */
export function testShop(): TestShop {
  let sandbox: RunningSandbox | null = null;
  let store = { url: '', consumerKey: '', consumerSecret: '' };
  let zeroPrice: ZeroPrice = 'draft';
  let nonces = 0;
  const gate = openGate();
  const running = (): RunningSandbox => {
    if (sandbox === null) throw new Error('the sandbox does not run');
    return sandbox;
  };
  beforeAll(async () => {
    sandbox = await startWooSandbox();
  });
  afterAll(async () => {
    await closeConnections();
    await sandbox?.close();
  });
  beforeEach(async () => {
    const body = { stores: [{ store: 'shop1', currency: 'USD' }] };
    const [first] = storesSchema.parse(await control(running(), 'reset', body)).stores;
    if (!first) throw new Error('The sandbox made no store');
    store = first;
    zeroPrice = 'draft';
  });
  const shop: TestShop = {
    connector: () =>
      createWooCommerce({
        ...store,
        timeouts: { connectMs: 1000, firstByteMs: 2000, totalMs: 3000 },
        reach: 'any',
        facts: { currency: 'USD' },
        zeroPrice,
        now: () => Date.now(),
        nonce: () => `n${(nonces += 1)}-${Date.now()}`,
      }),
    store: () => store,
    open: (setting) => {
      zeroPrice = setting;
    },
    control: (name, body) => control(running(), name, body),
    act: (body) => control(running(), 'act', { store: 'shop1', ...body }),
    edit: (sku, set) => shop.act({ as: 'shopkeeper', do: 'editProduct', sku, set }),
    shelf: async () =>
      shelfSchema.parse(await control(running(), 'stock')).stores['shop1']?.products ?? [],
    push: async (item, things = references()) => {
      const [one] = await composed(shop.connector(), [item], things);
      if (one?.type !== 'write') return one;
      const answer = await shop.connector().send(stored(shop.connector(), [one.write]), gate);
      return answer.type === 'answered' ? answer.results[0] : answer;
    },
    sendAll: async (items) => {
      const writes = (await composed(shop.connector(), items, references())).map(writeOf);
      return shop.connector().send(stored(shop.connector(), writes), gate);
    },
    made: async (changes) => {
      const item = product(changes);
      const result = await shop.push(item);
      expect(result).toMatchObject({ type: 'accepted' });
      expect(result).not.toHaveProperty('then');
      return { ...item, ...resultSchema.parse(result) };
    },
  };
  return shop;
}

export function product(changes: Partial<ProductBody>, item: Partial<Outgoing> = {}): Outgoing {
  const body = productBody(changes);
  return outgoing(
    { kind: 'product', body },
    { deliveryId: `d-${body.sku}`, recordId: `r-${body.sku}`, ...item },
  );
}

/** The item with other contents, under SKU A unless said. */
export function edited(item: Outgoing, changes: Partial<ProductBody>): Outgoing {
  return { ...item, record: { kind: 'product', body: productBody({ sku: 'A', ...changes }) } };
}
