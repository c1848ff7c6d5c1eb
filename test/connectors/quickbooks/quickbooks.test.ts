import { recordMark } from '../../../connectors/quickbooks/mapping';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Connector, Outgoing, StoredSend } from '../../../connectors/connector';
import { closeConnections } from '../../../connectors/http';
import type { QboCredentials } from '../../../connectors/quickbooks/oauth';
import { createQuickBooks } from '../../../connectors/quickbooks/quickbooks';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { startQboSandbox } from '../../../sandbox/qbo/start';
import type { RunningSandbox } from '../../../sandbox/server/server';
import { composed, known, line, openGate, orderBody, outgoing, productBody, refundBody, stored, writeOf } from '../fixtures'; // prettier-ignore
import { control } from '../sandbox';
import { mapped, order, realmSchema } from './company';

let sandbox: RunningSandbox;
let connector: Connector;
let saved: QboCredentials[];
const gate = openGate();
const day = 24 * 3_600_000;

beforeAll(async () => {
  sandbox = await startQboSandbox();
});
afterAll(async () => {
  await closeConnections();
  await sandbox.close();
});
beforeEach(async () => {
  await start();
});

/** A fresh company, the one of the accounting examples (accounting.md 20). */
async function start(preferences: object = {}, accessToken?: string): Promise<void> {
  const realm = { realmId: '4620816365', fixture: 'accounting', preferences };
  const answer = await control(sandbox, 'reset', { realms: [realm] });
  await control(sandbox, 'faults', []);
  await control(sandbox, 'quota', { on: false });
  const [made] = z.array(realmSchema).parse(answer['realms']);
  if (!made) throw new Error('The sandbox made no company');
  saved = [];
  const { refreshToken } = made;
  connector = createQuickBooks({
    ...made,
    baseUrl: sandbox.url,
    oauthUrl: sandbox.url,
    credentials: { accessToken: accessToken ?? made.accessToken, refreshToken, expiresAtMs: null },
    saveCredentials: (credentials) => Promise.resolve(void saved.push(credentials)),
    facts: null,
    posting: initialPostingSettings,
    timeouts: { connectMs: 1000, firstByteMs: 2000, totalMs: 3000 },
    now: () => Date.now(),
  });
  if (accessToken === undefined) await connector.readFacts(openGate());
}

async function send(items: readonly Outgoing[], knownThings = mapped()): Promise<StoredSend> {
  return stored(connector, (await composed(connector, items, knownThings)).map(writeOf));
}

describe('documents', () => {
  test('are posted, with the total of the ticket', async () => {
    const answer = await connector.send(await send([order('1001'), order('1002')]), gate);
    expect(answer).toMatchObject({
      type: 'answered',
      results: [
        { type: 'accepted', snapshot: { docNumber: '1001', totalMinor: 2500 } },
        { type: 'accepted' },
      ],
    });
  });

  test('let the next call leave when they are answered with success, before that is read', async () => {
    const said: string[] = [];
    const say = (): Promise<void> => Promise.resolve(void said.push('answered'));
    await connector.send(await send([order('1001')]), gate, say);
    expect(said).toEqual(['answered']);
    await control(sandbox, 'faults', [{ match: { path: 'batch' }, fault: 'status:500', times: 1 }]);
    await connector.send(await send([order('1002')]), gate, say);
    expect(said).toEqual(['answered']);
  });

  test('whose posting is not known here are found by number and marker', async () => {
    await connector.send(await send([order('1001')]), gate);
    const [again] = await composed(connector, [order('1001')], mapped());
    expect(again).toMatchObject({ type: 'adopt', snapshot: { docNumber: '1001' } });
  });

  test('of others with our number give ours another one, also found again', async () => {
    const theirs = order('other');
    const body = orderBody({ number: '1001' });
    await connector.send(await send([{ ...theirs, record: { kind: 'order', body } }]), gate);
    const frozen = await send([order('1001')]);
    expect(frozen.members[0]?.payload['DocNumber']).toMatch(/^1001-[0-9a-f]{4}$/);
    expect(await connector.send(frozen, gate)).toMatchObject({ results: [{ type: 'accepted' }] });
    expect(await composed(connector, [order('1001')], mapped())).toMatchObject([{ type: 'adopt' }]);
  });

  test('that a person voided are held, not posted again', async () => {
    const answer = await connector.send(await send([order('1001')]), gate);
    const [result] = answer.type === 'answered' ? answer.results : [];
    const id = result?.type === 'accepted' ? result.remoteId : '';
    await control(sandbox, 'act', { as: 'accountant', do: 'void', realmId: '4620816365', entity: 'SalesReceipt', id }); // prettier-ignore
    expect(await composed(connector, [order('1001')], mapped())).toMatchObject([
      { type: 'hold', reason: 'ambiguous_match' },
    ]);
  });

  test('of both signs are a sale and a refund', async () => {
    const back = line({ lineId: '2', quantity: '-1', netMinor: -1250 });
    const body = orderBody({
      number: '1001',
      lines: [line(), back],
      tenders: [{ tender: 'card', amountMinor: 1250 }],
      totals: { netMinor: 1250, taxMinor: 0, totalMinor: 1250 },
    });
    const parts = ['sale', 'refund'].map((part) =>
      outgoing({ kind: 'order', body }, { deliveryId: part, recordId: '1001', part }),
    );
    const frozen = await send(parts);
    expect(frozen.members.map((member) => member.payload['DocNumber'])).toEqual(['1001', '1001-R']);
    expect(await connector.send(frozen, gate)).toMatchObject({
      results: [
        { type: 'accepted', snapshot: { totalMinor: 2500 } },
        { type: 'accepted', snapshot: { totalMinor: 1250 } },
      ],
    });
  });

  test('of refunds, guests, fees, shipping and amounts that are not allocated are posted to the cent', async () => {
    const body = refundBody({
      number: '1001-R1',
      customerId: undefined,
      guest: { name: 'Kim Lee', email: 'guest@example.test' },
      lines: [line({ quantity: '3', netMinor: 1000, unitPrice: '3.3333' })],
      fees: [{ name: 'Gift wrap', amountMinor: 300 }],
      shipping: [{ name: 'Post', amountMinor: 499 }],
      unallocatedMinor: 200,
      tenders: [{ tender: 'card', amountMinor: 1999 }],
      totals: { netMinor: 1999, taxMinor: 0, totalMinor: 1999 },
    });
    const frozen = await send([outgoing({ kind: 'refund', body })]);
    expect(await connector.send(frozen, gate)).toMatchObject({
      results: [{ type: 'accepted', snapshot: { totalMinor: 1999 } }],
    });
  });

  test('refused beside good ones are refused alone', async () => {
    const bad = order('1002', { deliveryId: 'bad' });
    const body = orderBody({ number: '1002', lines: [line({ sku: 'GONE' })] });
    const parts = { products: { MUG: known(), GONE: known({ remoteId: '99999' }) } };
    const items = [order('1001'), { ...bad, record: { kind: 'order' as const, body } }];
    expect(await connector.send(await send(items, mapped(parts)), gate)).toMatchObject({
      results: [{ type: 'accepted' }, { type: 'refused', failureClass: 'REFERENCE' }],
    });
  });

  test('for a closed period are refused as closed where the facts are old', async () => {
    await control(sandbox, 'act', { as: 'accountant', do: 'closeBooks', realmId: '4620816365', date: '2026-11-30' }); // prettier-ignore
    expect(await connector.send(await send([order('1001')]), gate)).toMatchObject({
      results: [{ type: 'refused', failureClass: 'CLOSED' }],
    });
    await connector.readFacts(openGate());
    expect(await composed(connector, [order('1001')], mapped())).toMatchObject([
      { type: 'hold', reason: 'closed_period' },
    ]);
  });

  test('of a company that numbers by itself carry no number, and are found after a refusal', async () => {
    await start({ customTxnNumbers: false });
    const frozen = await send([order('1001')]);
    expect(frozen.members[0]?.payload).not.toHaveProperty('DocNumber');
    await connector.send(frozen, gate);
    const retried = order('1001', { lastClass: 'SERVER', attempts: 1 });
    expect(await composed(connector, [retried], mapped())).toMatchObject([{ type: 'adopt' }]);
  });
});

describe('a lost answer', () => {
  test.each(['resetAfterCommit', 'resetBeforeCommit', 'hang', 'cutJson', 'emptyBody', 'html503'])(
    'after %s is repeated with the same requestid and settled once',
    async (fault) => {
      const frozen = await send([order('1001'), order('1002')]);
      await control(sandbox, 'faults', [{ match: { write: true }, fault, times: 1 }]);
      expect((await connector.send(frozen, gate)).type).toBe('lost');
      const answer = await connector.verify(frozen, 1000, openGate());
      expect(answer).toMatchObject({ results: [{ type: 'accepted' }, { type: 'accepted' }] });
      expect(await connector.verify(frozen, 2000, openGate())).toEqual(answer);
    },
  );

  test('of a batch that was cut half way is settled for each member', async () => {
    const frozen = await send([order('1001'), order('1002')]);
    await control(sandbox, 'faults', [{ match: { path: '/batch' }, fault: 'batchCut', after: 1, times: 1 }]); // prettier-ignore
    expect((await connector.send(frozen, gate)).type).toBe('lost');
    expect(await connector.verify(frozen, 1000, openGate())).toMatchObject({
      results: [{ type: 'accepted' }, { type: 'accepted' }],
    });
  });

  test('older than the requestid is kept is looked for by the natural key', async () => {
    const item = outgoing({ kind: 'product', body: productBody({ sku: 'NEW' }) }, { deliveryId: 'p' }); // prettier-ignore
    const income = { 'account:income': await incomeAccount() };
    const frozen = await send([order('1001'), item], mapped({ mappings: income }));
    expect(await connector.verify(frozen, day, openGate())).toEqual({
      type: 'answered',
      results: [{ type: 'absent' }, { type: 'absent' }],
    });
    await connector.send(frozen, gate);
    expect(await connector.verify(frozen, day, openGate())).toMatchObject({
      results: [{ type: 'accepted' }, { type: 'accepted' }],
    });
  });

  test('asked about while throttled stays unknown and says when to ask', async () => {
    const frozen = await send([order('1001')]);
    await control(sandbox, 'faults', [{ match: { path: '/batch' }, fault: 'throttleXml', times: 1 }]); // prettier-ignore
    expect(await connector.verify(frozen, 1000, openGate())).toMatchObject({
      type: 'notExecuted',
      why: 'throttled',
      retryAfterMs: 60_000,
    });
  });
});

const factsSchema = z.object({
  homeCurrency: z.string(),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })),
});
async function incomeAccount(): Promise<string> {
  const facts = factsSchema.parse(await connector.readFacts(openGate()));
  return facts.accounts.find(({ name }) => name === 'Sales of Product Income')?.id ?? '';
}

describe('names', () => {
  const customer = (recordId: string, name: string): Outgoing =>
    outgoing({ kind: 'customer', body: { name } }, { deliveryId: recordId, recordId });

  test.each(["O'Brien", 'A\\B', '50 % "off"', 'Zoë 🦊'])(
    '%s is created once, and found taken afterwards',
    async (name) => {
      const answer = await connector.send(await send([customer('c9', name)]), gate);
      expect(answer).toMatchObject({ results: [{ type: 'accepted' }] });
      const [other] = await composed(connector, [customer('c10', name)], mapped());
      expect(other && writeOf(other).payload['DisplayName']).toBe(`${name} (${recordMark('c10')})`);
    },
  );

  test('taken by another customer get the record id', async () => {
    const frozen = await send([customer('c9', 'jo day')]);
    expect(frozen.members[0]?.payload['DisplayName']).toBe(`jo day (${recordMark('c9')})`);
    expect(await connector.send(frozen, gate)).toMatchObject({ results: [{ type: 'accepted' }] });
    expect(await composed(connector, [customer('c9', 'jo day')], mapped())).toMatchObject([
      { type: 'adopt', isLinked: false },
    ]);
  });

  test('are changed sparsely, with the version read after a conflict', async () => {
    const answer = await connector.send(await send([customer('c9', 'Ann')]), gate); // prettier-ignore
    const [result] = answer.type === 'answered' ? answer.results : [];
    if (result?.type !== 'accepted') throw new Error('Ann was not created');
    const { remoteId, remoteVersion, snapshot } = result;
    await control(sandbox, 'act', { as: 'accountant', do: 'edit', realmId: '4620816365', entity: 'Customer', id: remoteId, set: { Notes: 'VIP' } }); // prettier-ignore
    const body = { name: 'Ann', phone: '1' };
    const item = outgoing({ kind: 'customer', body }, { recordId: 'c9', remoteId, remoteVersion, snapshot }); // prettier-ignore
    expect(await connector.send(await send([item]), gate)).toMatchObject({
      results: [{ type: 'refused', failureClass: 'STALE' }],
    });
    const retried = await send([{ ...item, lastClass: 'STALE' }]);
    expect(retried.members[0]?.payload).toMatchObject({ sparse: true, PrimaryPhone: { FreeFormNumber: '1' } }); // prettier-ignore
    expect(retried.members[0]?.payload).not.toHaveProperty('Notes');
    expect(await connector.send(retried, gate)).toMatchObject({
      results: [{ type: 'accepted' }],
    });
  });

  test('of items are matched by SKU, then by name', async () => {
    const parts = mapped({ mappings: { 'account:income': await incomeAccount() } });
    const item = (sku: string): Outgoing =>
      outgoing({ kind: 'product', body: productBody({ sku }) }, { deliveryId: sku });
    const [byName] = await composed(connector, [item('CUP')], parts);
    expect(byName).toMatchObject({ type: 'write', write: { operation: 'update', isLinked: true } });
    expect(await composed(connector, [item('cup')], parts)).toMatchObject([
      { type: 'hold', reason: 'ambiguous_match' },
    ]);
    const frozen = await send([item('A:1')], parts);
    expect(frozen.members[0]?.payload).toMatchObject({ Name: 'A-1', Sku: 'A:1' });
    expect(await connector.send(frozen, gate)).toMatchObject({ results: [{ type: 'accepted' }] });
    expect(await composed(connector, [item('A:1')], parts)).toMatchObject([{ type: 'adopt' }]);
  });

  test('are not looked for when the look-up fails: nothing is created', async () => {
    await control(sandbox, 'faults', [{ match: { path: '/query' }, fault: 'status:503' }]);
    const asked = connector.lookUp([customer('c9', 'Ann')], mapped(), openGate());
    await expect(asked).rejects.toMatchObject({ name: 'ConnectorError', kind: 'upstream' });
  });
});

describe('credentials', () => {
  test('are renewed when refused, and stored before they are used', async () => {
    await start({}, 'eyJold');
    await expect(connector.readFacts(openGate())).rejects.toMatchObject({ kind: 'auth' });
    expect(await connector.renewCredentials('refused', openGate())).toBe(true);
    expect(saved).toHaveLength(1);
    expect(saved[0]?.expiresAtMs).toBeGreaterThan(Date.now());
    expect(await connector.readFacts(openGate())).toMatchObject({ homeCurrency: 'USD' });
    expect(await connector.renewCredentials('expiring', openGate())).toBe(true);
    expect(saved).toHaveLength(1);
  });

  test('that cannot be renewed need a person', async () => {
    await control(sandbox, 'reset', { realms: [] });
    expect(await connector.renewCredentials('refused', openGate())).toBe(false);
    expect(saved).toHaveLength(0);
  });

  test('are not given up because the token service is away', async () => {
    await control(sandbox, 'faults', [{ match: { path: '/oauth2' }, fault: 'status:503' }]);
    const renewed = connector.renewCredentials('refused', openGate());
    await expect(renewed).rejects.toMatchObject({ name: 'ConnectorError', kind: 'upstream' });
  });
});

test('each send carries its requestid as a query parameter of at most 36 characters', async () => {
  const frozen = await send([order('1001')]);
  expect(frozen.request.path).not.toContain('requestid');
  await connector.send(frozen, gate);
  await connector.verify(frozen, 1000, openGate());
  const journal = JSON.stringify(await control(sandbox, 'journal'));
  expect(frozen.requestId).toHaveLength(36);
  expect(journal.split(frozen.requestId).length - 1).toBeGreaterThanOrEqual(2);
});
