import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Connector, Outgoing, StoredSend } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import { createWooCommerce } from '../../../connectors/woocommerce/woocommerce';
import type { RunningSandbox } from '../../../sandbox/server/server';
import { startWooSandbox } from '../../../sandbox/woo/start';
import {
  composed,
  known,
  openGate,
  outgoing,
  productBody,
  references,
  stockBody,
  stored,
  writeOf,
} from '../fixtures';
import { control } from '../sandbox';

let sandbox: RunningSandbox;
let connector: Connector;
let nonces = 0;
const gate = openGate();
const storesSchema = z.object({
  stores: z.array(
    z.object({ url: z.string(), consumerKey: z.string(), consumerSecret: z.string() }),
  ),
});

beforeAll(async () => {
  sandbox = await startWooSandbox();
});
afterAll(async () => {
  await closeConnections();
  await sandbox.close();
});
beforeEach(async () => {
  const answer = await control(sandbox, 'reset', { stores: [{ store: 'shop1' }] });
  await control(sandbox, 'faults', []);
  const [store] = storesSchema.parse(answer).stores;
  if (!store) throw new Error('The sandbox made no store');
  connector = createWooCommerce({
    ...store,
    timeouts: { connectMs: 1000, firstByteMs: 2000, totalMs: 3000 },
    reach: 'any',
    facts: null,
    zeroPrice: 'draft',
    now: () => Date.now(),
    nonce: () => `n${(nonces += 1)}-${Date.now()}`,
  });
});

function product(sku: string, changes: Partial<Outgoing> = {}): Outgoing {
  const body = productBody({ sku, name: `Mug & "Saucer" ${sku}`, description: 'Nice <3' });
  return outgoing(
    { kind: 'product', body },
    { deliveryId: `d-${sku}`, recordId: `r-${sku}`, ...changes },
  );
}

async function send(items: readonly Outgoing[], knownThings = references()): Promise<StoredSend> {
  const writes = (await composed(connector, items, knownThings)).map(writeOf);
  return stored(connector, writes);
}

async function create(sku: string): Promise<string> {
  const answer = await connector.send(await send([product(sku)]), gate);
  const [result] = answer.type === 'answered' ? answer.results : [];
  if (result?.type !== 'accepted') throw new Error(`Not created: ${JSON.stringify(answer)}`);
  return result.remoteId;
}

function stock(quantity: string, countedAt: string | null, changes: Partial<Outgoing>): Outgoing {
  const record = { kind: 'inventory' as const, body: stockBody(quantity, countedAt) };
  return outgoing(record, { recordId: 'A-1', ...changes });
}

describe('products', () => {
  test('are created, and an unchanged one needs no call', async () => {
    const answer = await connector.send(await send([product('A-1'), product('B,2')]), gate);
    expect(answer).toMatchObject({
      type: 'answered',
      results: [{ type: 'accepted' }, { type: 'accepted' }],
    });
    const [first] = answer.type === 'answered' ? answer.results : [];
    if (first?.type !== 'accepted') throw new Error('The first was not accepted');
    const { remoteId, snapshot } = first;
    const counting = openGate();
    const again = product('A-1', { remoteId, snapshot });
    const compose = await connector.lookUp([again], references(), counting);
    expect(compose(again, references()).type).toBe('adopt');
    expect(counting.reads).toBe(0);
  });

  test('found by their SKU are linked and not created again, also with a comma in it', async () => {
    const id = await create('B,2');
    const [again] = await composed(connector, [product('B,2')], references());

    expect(again).toMatchObject({ type: 'adopt', remoteId: id, isLinked: false });
    const other = product('B,2', { recordId: 'other' });
    expect(await composed(connector, [other], references())).toMatchObject([{ isLinked: true }]);
  });

  test('under a SKU of another spelling are held', async () => {
    await create('85123A');
    const [result] = await composed(connector, [product('85123a')], references());
    expect(result).toMatchObject({ type: 'hold', reason: 'ambiguous_match' });
  });

  test('are updated by what changed alone', async () => {
    const remoteId = await create('A-1');
    const body = productBody({ sku: 'A-1', name: 'Mug', priceMinor: 1300 });
    const snapshot = {
      name: 'Mug',
      sku: 'A-1',
      regular_price: '12.50',
      status: 'publish',
      virtual: false,
    };
    const item = outgoing({ kind: 'product', body }, { remoteId, snapshot });
    const frozen = await send([item]);
    expect(frozen.members[0]?.payload).toEqual({ id: Number(remoteId), regular_price: '13.00' });
    expect(await connector.send(frozen, gate)).toMatchObject({
      results: [{ type: 'accepted', snapshot: { regular_price: '13.00', name: 'Mug' } }],
    });
  });

  test('refused for their SKU beside good ones are refused alone', async () => {
    const frozen = await send([product('A-1'), product('B-1')]);
    await create('A-1');
    expect(await connector.send(frozen, gate)).toMatchObject({
      type: 'answered',
      results: [{ type: 'refused', failureClass: 'DUPLICATE' }, { type: 'accepted' }],
    });
  });
});

describe('a lost answer', () => {
  test('of a create that was carried out is found by its SKU', async () => {
    const frozen = await send([product('A-1'), product('B-1')]);
    await control(sandbox, 'faults', [
      { match: { write: true }, fault: 'resetAfterCommit', times: 1 },
    ]);
    expect(await connector.send(frozen, gate)).toMatchObject({ type: 'lost' });
    expect(await connector.verify(frozen, 1000, openGate())).toMatchObject({
      type: 'answered',
      results: [{ type: 'accepted' }, { type: 'accepted' }],
    });
  });

  test('of a create that was not carried out is absent', async () => {
    const frozen = await send([product('A-1')]);
    await control(sandbox, 'faults', [
      { match: { write: true }, fault: 'resetBeforeCommit', times: 1 },
    ]);
    expect(await connector.send(frozen, gate)).toMatchObject({ type: 'lost' });
    const answer = await connector.verify(frozen, 1000, openGate());
    expect(answer).toEqual({ type: 'answered', results: [{ type: 'absent' }] });
  });

  test.each(['hang', 'cutJson', 'emptyBody', 'html503', 'status:500', 'status:502'])(
    'is what %s means for a write',
    async (fault) => {
      const frozen = await send([product('A-1')]);
      await control(sandbox, 'faults', [{ match: { write: true }, fault, times: 1 }]);
      expect((await connector.send(frozen, gate)).type).toBe('lost');
    },
  );

  test.each(['noticeBeforeJson', 'byteOrderMark'])('is not what %s means', async (fault) => {
    const frozen = await send([product('A-1')]);
    await control(sandbox, 'faults', [{ match: { write: true }, fault, times: 1 }]);
    expect((await connector.send(frozen, gate)).type).toBe('answered');
  });

  test('stays lost while the store cannot be asked', async () => {
    const frozen = await send([product('A-1')]);
    await control(sandbox, 'faults', [{ match: { method: 'GET' }, fault: 'html503' }]);
    expect((await connector.verify(frozen, 1000, openGate())).type).toBe('lost');
  });
});

describe('stock', () => {
  const tracked = (remoteId: string, isLinked = false): ReturnType<typeof references> =>
    references({ products: { 'A-1': known({ remoteId, isLinked, code: 'A-1' }) } });

  test('of a product made by us is written and read back', async () => {
    const id = await create('A-1');
    const frozen = await send([stock('17', null, {})], tracked(id));
    expect(await connector.send(frozen, gate)).toMatchObject({
      results: [{ type: 'accepted', remoteId: id, snapshot: { stockQuantity: 17 } }],
    });
  });

  test('of a linked product waits until it was counted', async () => {
    const known = tracked(await create('A-1'), true);
    const uncounted = await composed(connector, [stock('17', null, {})], known);
    expect(uncounted).toMatchObject([{ type: 'hold', reason: 'stock_unknown' }]);
    const counted = stock('17', '2026-11-22T10:00:00Z', {});
    expect(await composed(connector, [counted], known)).toMatchObject([{ type: 'write' }]);
  });

  test('that was sold from in the shop meanwhile is held, and kept when it is equal', async () => {
    const id = await create('A-1');
    await connector.send(await send([stock('17', null, {})], tracked(id)), gate);
    await control(sandbox, 'act', {
      as: 'shopper',
      do: 'sell',
      store: 'shop1',
      id: Number(id),
      quantity: 2,
    });
    const item = stock('16', null, { remoteId: id, snapshot: { stockQuantity: 17 } });
    const held = await composed(connector, [item], tracked(id));
    expect(held).toMatchObject([{ type: 'hold', reason: 'stock_changed_elsewhere' }]);
    const equal = stock('15', null, { remoteId: id, snapshot: { stockQuantity: 17 } });
    expect(await composed(connector, [equal], tracked(id))).toMatchObject([{ type: 'adopt' }]);
  });

  test('written with a lost answer is read back: ours, the former one, or somebody elses', async () => {
    const id = await create('A-1');
    const frozen = await send([stock('17', null, {})], tracked(id));
    const ask = async (): Promise<unknown> => connector.verify(frozen, 1000, openGate());
    expect(await ask()).toMatchObject({ results: [{ type: 'absent' }] });
    await connector.send(frozen, gate);
    expect(await ask()).toMatchObject({ results: [{ type: 'accepted' }] });
    await control(sandbox, 'act', { as: 'shopper', do: 'sell', store: 'shop1', id: Number(id) });
    expect(await ask()).toMatchObject({
      results: [{ type: 'accepted', then: { reason: 'stock_changed_elsewhere' } }],
    });
  });
});

test('the facts of a store are read', async () => {
  expect(await connector.readFacts(openGate())).toMatchObject({ currency: 'GBP' });
});

test('refused keys execute nothing', async () => {
  const frozen = await send([product('A-1')]);
  await control(sandbox, 'faults', [{ match: { write: true }, fault: 'status:401', times: 1 }]);
  expect(await connector.send(frozen, gate)).toMatchObject({
    type: 'notExecuted',
    why: 'unauthorized',
  });
});

test('a throttled write says when to come back', async () => {
  const frozen = await send([product('A-1')]);
  await control(sandbox, 'faults', [
    { match: { write: true }, fault: 'status:429', retryAfter: 7 },
  ]);
  expect(await connector.send(frozen, gate)).toMatchObject({
    type: 'notExecuted',
    why: 'throttled',
    retryAfterMs: 7000,
  });
});
