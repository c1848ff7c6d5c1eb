import { afterAll, afterEach, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import type { PostingSettings } from '../../../domain/posting/settings';
import { at, control, startCompany, type Company } from '../../sandbox/support';
import { openGate } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { documentsOf, mugs } from './mugs';
import { PostedPart } from './posted-part';

// The day of what corrects a deposited document, by the setting `correction.day`.

let company: Company;
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

/** A ticket of 2026-11-21 that lies in a deposit; the correction comes on 2026-11-28. */
async function deposited(
  posting: Partial<PostingSettings>,
  closedUpTo?: string,
): Promise<PostedPart> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  const { connector } = await connected(company, posting);
  const { body } = await company.query(`SELECT * FROM Account WHERE Name = 'Undeposited Funds'`);
  const account = String(at(body, 'QueryResponse.Account.0.Id'));
  const part = new PostedPart(
    connector,
    mapped({ mappings: { ...accountingMappings, 'account:clearing:card': account } }),
    '1001',
    'sale',
  );
  part.item = { ...part.item, changedOn: '2026-11-28' };
  await part.want(mugs(2));
  const line = {
    Amount: 27,
    LinkedTxn: [{ TxnId: part.item.remoteId, TxnType: 'SalesReceipt', TxnLineId: '0' }],
  };
  const { status } = await company.post('deposit', {
    DepositToAccountRef: { value: '203' },
    TxnDate: '2026-11-25',
    Line: [line],
  });
  expect(status).toBe(200);
  if (closedUpTo === undefined) return part;
  await control(company.sandbox, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: company.realmId,
    date: closedUpTo,
  });
  await connector.readFacts(openGate());
  return part;
}

async function dayAndNote(entity: string): Promise<unknown[]> {
  const { body } = await company.query(`SELECT * FROM ${entity} WHERE DocNumber LIKE '%-D1'`);
  const row = at(body, `QueryResponse.${entity}.0`);
  return [at(row, 'TxnDate'), at(row, 'PrivateNote')];
}

test(
  'B20: by the start value what is taken from a deposited ticket has the day ' + 'of the sale',
  async () => {
    const part = await deposited({});
    expect(await part.want(mugs(1))).toEqual({ type: 'delivered' });
    expect(await dayAndNote('RefundReceipt')).toEqual([
      '2026-11-21',
      expect.not.stringContaining('sale of'),
    ]);
  },
);

test(
  'B20: by the setting it has the day on which the correction came, and the ' +
    'note says whose day it was',
  async () => {
    const part = await deposited({ correction: { day: 'correctionDay' } });
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    expect(await dayAndNote('SalesReceipt')).toEqual([
      '2026-11-28',
      expect.stringContaining('sale of 2026-11-21'),
    ]);
    // It is whole by that: asked again nothing is posted.
    const before = await documentsOf(company);
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    expect(await documentsOf(company)).toEqual(before);
  },
);

test('B20: where that day is closed too, it is the first open one', async () => {
  const part = await deposited(
    { correction: { day: 'correctionDay' }, closed: { mode: 'firstOpenDay' } },
    '2026-11-29',
  );
  expect(await part.want(mugs(1))).toEqual({ type: 'delivered' });
  expect(await dayAndNote('RefundReceipt')).toEqual([
    '2026-11-30',
    expect.stringContaining('sale of 2026-11-21'),
  ]);
});
