import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { composed, known, line, openGate, orderBody, outgoing, refundBody } from '../fixtures';
import { control } from '../sandbox';
import { mapped, order } from './company';
import { FreshCompany } from './fresh-company';

const company = new FreshCompany();
const gate = openGate();

beforeAll(() => company.open());
afterAll(() => company.close());
beforeEach(() => company.start());

describe('documents', () => {
  test('are posted, with the total of the ticket', async () => {
    const answer = await company.connector.send(
      await company.freeze([order('1001'), order('1002')]),
      gate,
    );
    expect(answer).toMatchObject({
      type: 'answered',
      results: [
        { type: 'accepted', snapshot: { docNumber: '1001', totalMinor: 2500 } },
        { type: 'accepted' },
      ],
    });
  });

  test('whose posting is not known here are found by number and marker', async () => {
    await company.connector.send(await company.freeze([order('1001')]), gate);
    const [again] = await composed(company.connector, [order('1001')], mapped());
    expect(again).toMatchObject({ type: 'adopt', snapshot: { docNumber: '1001' } });
  });

  test('of others with our number give ours another one, also found again', async () => {
    const theirs = order('other');
    const body = orderBody({ number: '1001' });
    await company.connector.send(
      await company.freeze([{ ...theirs, record: { kind: 'order', body } }]),
      gate,
    );
    const frozen = await company.freeze([order('1001')]);
    expect(frozen.members[0]?.payload['DocNumber']).toMatch(/^1001-[0-9a-f]{4}$/);
    expect(await company.connector.send(frozen, gate)).toMatchObject({
      results: [{ type: 'accepted' }],
    });
    expect(await composed(company.connector, [order('1001')], mapped())).toMatchObject([
      { type: 'adopt' },
    ]);
  });

  test('that a person voided are held, not posted again', async () => {
    const answer = await company.connector.send(await company.freeze([order('1001')]), gate);
    const [result] = answer.type === 'answered' ? answer.results : [];
    const id = result?.type === 'accepted' ? result.remoteId : '';
    await control(company.sandbox, 'act', {
      as: 'accountant',
      do: 'void',
      realmId: '4620816365',
      entity: 'SalesReceipt',
      id,
    });
    expect(await composed(company.connector, [order('1001')], mapped())).toMatchObject([
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
    const frozen = await company.freeze(parts);
    expect(frozen.members.map((member) => member.payload['DocNumber'])).toEqual(['1001', '1001-R']);
    expect(await company.connector.send(frozen, gate)).toMatchObject({
      results: [
        { type: 'accepted', snapshot: { totalMinor: 2500 } },
        { type: 'accepted', snapshot: { totalMinor: 1250 } },
      ],
    });
  });

  test(
    'of refunds, guests, fees, shipping and amounts that are not allocated are ' +
      'posted to the cent',
    async () => {
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
      const frozen = await company.freeze([outgoing({ kind: 'refund', body })]);
      expect(await company.connector.send(frozen, gate)).toMatchObject({
        results: [{ type: 'accepted', snapshot: { totalMinor: 1999 } }],
      });
    },
  );

  test('refused beside good ones are refused alone', async () => {
    const bad = order('1002', { deliveryId: 'bad' });
    const body = orderBody({ number: '1002', lines: [line({ sku: 'GONE' })] });
    const parts = { products: { MUG: known(), GONE: known({ remoteId: '99999' }) } };
    const items = [order('1001'), { ...bad, record: { kind: 'order' as const, body } }];
    expect(
      await company.connector.send(await company.freeze(items, mapped(parts)), gate),
    ).toMatchObject({
      results: [{ type: 'accepted' }, { type: 'refused', failureClass: 'REFERENCE' }],
    });
  });

  test('for a closed period are refused as closed where the facts are old', async () => {
    await control(company.sandbox, 'act', {
      as: 'accountant',
      do: 'closeBooks',
      realmId: '4620816365',
      date: '2026-11-30',
    });
    expect(await company.connector.send(await company.freeze([order('1001')]), gate)).toMatchObject(
      {
        results: [{ type: 'refused', failureClass: 'CLOSED' }],
      },
    );
    await company.connector.readFacts(openGate());
    expect(await composed(company.connector, [order('1001')], mapped())).toMatchObject([
      { type: 'hold', reason: 'closed_period' },
    ]);
  });

  test(
    'of a company that numbers by itself carry no number, and are found after ' + 'a refusal',
    async () => {
      await company.start({ customTxnNumbers: false });
      const frozen = await company.freeze([order('1001')]);
      expect(frozen.members[0]?.payload).not.toHaveProperty('DocNumber');
      await company.connector.send(frozen, gate);
      const retried = order('1001', { lastClass: 'SERVER', attempts: 1 });
      expect(await composed(company.connector, [retried], mapped())).toMatchObject([
        { type: 'adopt' },
      ]);
    },
  );
});

describe('credentials', () => {
  test('are renewed when refused, and stored before they are used', async () => {
    await company.start({}, 'eyJold');
    await expect(company.connector.readFacts(openGate())).rejects.toMatchObject({ kind: 'auth' });
    expect(await company.connector.renewCredentials('refused', openGate())).toBe(true);
    expect(company.saved).toHaveLength(1);
    expect(company.saved[0]?.expiresAtMs).toBeGreaterThan(Date.now());
    expect(await company.connector.readFacts(openGate())).toMatchObject({ homeCurrency: 'USD' });
    expect(await company.connector.renewCredentials('expiring', openGate())).toBe(true);
    expect(company.saved).toHaveLength(1);
  });

  test('that cannot be renewed need a person', async () => {
    await control(company.sandbox, 'reset', { realms: [] });
    expect(await company.connector.renewCredentials('refused', openGate())).toBe(false);
    expect(company.saved).toHaveLength(0);
  });

  test('are not given up because the token service is away', async () => {
    await control(company.sandbox, 'faults', [{ match: { path: '/oauth2' }, fault: 'status:503' }]);
    const renewed = company.connector.renewCredentials('refused', openGate());
    await expect(renewed).rejects.toMatchObject({ name: 'ConnectorError', kind: 'upstream' });
  });
});
