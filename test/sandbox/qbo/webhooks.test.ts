import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';

import {
  at,
  control,
  listAt,
  saleLine,
  send,
  startCompany,
  textAt,
  type Company,
} from '../support';
import { made, ref } from './company';
import { listen, type Listener } from './listener';

let company: Company;
let listener: Listener;

beforeEach(async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  listener = await listen(textAt(company.given, 'webhookVerifier'));
  await hooks({ url: listener.url });
});
afterEach(async () => {
  await company.sandbox.close();
  await listener.close();
});

const hooks = (body: object): Promise<unknown> => control(company.sandbox, 'webhooks', body);
const advance = (ms: number): Promise<unknown> =>
  control(company.sandbox, 'clock', { advanceMs: ms });
const sale = (): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  Line: [saleLine('11', 10, 'NON')],
});

/** Type and id of every event of a delivery. */
const events = (index: number): unknown[] =>
  listAt(listener.deliveries[index]?.body, '').map((event) => [
    at(event, 'type'),
    at(event, 'intuitentityid'),
  ]);

/** Until the sandbox has noted so many tries. */
async function attempts(count: number): Promise<unknown[]> {
  for (;;) {
    const state = await hooks({});
    const done = listAt(state, 'attempts');
    if (done.length >= count) return done;
    await delay(2);
  }
}

/** Until what has happened is packed into a delivery, or lost. */
async function packed(): Promise<void> {
  while (at(await hooks({}), 'gathered') !== 0) await delay(2);
}

describe('Q18 webhooks', () => {
  it('are signed CloudEvents, of several companies in one delivery', async () => {
    await hooks({ gatherMs: 60_000 });
    const other = await control(company.sandbox, 'reset', {
      keep: true,
      realms: [{ realmId: '2' }],
    });
    await made(company, 'Customer', { DisplayName: 'A' });
    await send(`${company.sandbox.url}/v3/company/2/customer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${textAt(other, 'realms.0.accessToken')}` },
      body: JSON.stringify({ DisplayName: 'B' }),
    });
    await advance(60_000);
    await listener.until(1);
    const [delivery] = listener.deliveries;
    expect(delivery?.isSigned).toBe(true);
    expect(delivery?.body).toMatchObject([
      {
        specversion: '1.0',
        type: 'qbo.customer.created.v1',
        intuitentityid: '304',
        intuitaccountid: company.realmId,
        datacontenttype: 'application/json',
        data: {},
      },
      {
        specversion: '1.0',
        type: 'qbo.customer.created.v1',
        intuitentityid: '1',
        intuitaccountid: '2',
      },
    ]);
  });

  it('come in the legacy form when that is set, with what each operation is called', async () => {
    await hooks({ form: 'legacy', gatherMs: 60_000 });
    const { Id } = await made(company, 'SalesReceipt', sale());
    await made(company, 'SalesReceipt', { Id, SyncToken: '0', sparse: true, PrivateNote: 'x' });
    await made(
      company,
      'SalesReceipt',
      { Id, SyncToken: '1', sparse: true },
      '?operation=update&include=void',
    );
    await made(company, 'SalesReceipt', { Id, SyncToken: '2' }, '?operation=delete');
    await control(company.sandbox, 'act', {
      as: 'accountant',
      do: 'merge',
      realmId: company.realmId,
      entity: 'Customer',
      id: '301',
      deletedId: '302',
    });
    await advance(60_000);
    await listener.until(1);
    const body = listener.deliveries[0]?.body;
    expect(at(body, 'eventNotifications.0.realmId')).toBe(company.realmId);
    const entities = listAt(body, 'eventNotifications.0.dataChangeEvent.entities');
    expect(entities.map((one) => [at(one, 'name'), at(one, 'operation')])).toEqual([
      ['SalesReceipt', 'Create'],
      ['SalesReceipt', 'Update'],
      ['SalesReceipt', 'Void'],
      ['SalesReceipt', 'Delete'],
      ['Customer', 'Merge'],
    ]);
    expect(entities.at(-1)).toMatchObject({ id: '301', deletedId: '302' });
  });

  it('are tried again after 10 s, 20 s, 30 s, 5 min, 20 min, 2 h, 4 h, 6 h and 6 h; what follows waits', async () => {
    await control(company.sandbox, 'clock', { now: '2026-11-21T00:00:00Z', rate: 0 });
    const given = await control(company.sandbox, 'reset', {
      keep: true,
      realms: [{ realmId: '9' }],
    });
    const add = (name: string): Promise<unknown> =>
      send(`${company.sandbox.url}/v3/company/9/customer`, {
        method: 'POST',
        headers: { authorization: `Bearer ${textAt(given, 'realms.0.accessToken')}` },
        body: JSON.stringify({ DisplayName: name }),
      });
    listener.answers.push(...Array<number>(9).fill(500));
    await add('First');
    await attempts(1);
    await add('Second');
    const pausesS = [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600, 21_600];
    for (const [index, pauseS] of pausesS.entries()) {
      await advance(pauseS * 1000 - 1);
      expect(await attempts(index + 1)).toHaveLength(index + 1);
      await advance(1);
      await attempts(index + 2);
    }
    const startMs = Date.parse('2026-11-21T00:00:00Z');
    const triedS = (await attempts(10))
      .slice(0, 10)
      .map((one) => (Date.parse(textAt(one, 'at')) - startMs) / 1000);
    expect(triedS).toEqual([0, 10, 30, 60, 360, 1_560, 8_760, 23_160, 44_760, 66_360]);
    await listener.until(11); // the tenth try was taken, and let the second event through
    expect(events(9)).toEqual([['qbo.customer.created.v1', '1']]);
    expect(events(10)).toEqual([['qbo.customer.created.v1', '2']]);
  });

  it('need an answer in time: none at all counts as a failure', async () => {
    await hooks({ timeoutMs: 40 });
    listener.answers.push(null);
    await made(company, 'Customer', { DisplayName: 'A' });
    expect(await attempts(1)).toMatchObject([{ try: 1, status: null }]);
    // The answer to the second one comes, however busy the machine is.
    await hooks({ timeoutMs: 10_000 });
    await advance(10_000);
    expect(await attempts(2)).toMatchObject([{ try: 1 }, { try: 2, status: 200 }]);
  });

  it('count by their status alone: what follows it is not read, and a redirect is not followed', async () => {
    await hooks({ timeoutMs: 200 });
    listener.answers.push('endless', 302, 200);
    await made(company, 'Customer', { DisplayName: 'A' });
    expect(await attempts(1)).toMatchObject([{ status: 200 }]);
    await made(company, 'Customer', { DisplayName: 'B' });
    expect(await attempts(2)).toMatchObject([{ status: 200 }, { status: 302 }]);
  });

  it('may come twice, or never', async () => {
    await hooks({ duplicates: 1 });
    await made(company, 'Customer', { DisplayName: 'A' });
    await listener.until(2);
    expect(events(1)).toEqual(events(0));
    await hooks({ duplicates: 0, loss: 1 });
    await made(company, 'Customer', { DisplayName: 'B' });
    await packed();
    await hooks({ loss: 0 });
    await made(company, 'Customer', { DisplayName: 'C' });
    await listener.until(3);
    expect(events(2)).toEqual([['qbo.customer.created.v1', '306']]);
  });

  it('may overtake each other', async () => {
    listener.answers.push(500);
    for (const name of ['A', 'B']) {
      await made(company, 'Customer', { DisplayName: name });
      if (name === 'A') await attempts(1);
      else await packed();
    }
    await hooks({ reorder: 1 });
    await made(company, 'Customer', { DisplayName: 'C' });
    await packed();
    await advance(10_000);
    await listener.until(4);
    expect([events(1), events(2), events(3)].flat().map((event) => at(event, '1'))).toEqual([
      '304',
      '306',
      '305',
    ]);
  });
});
