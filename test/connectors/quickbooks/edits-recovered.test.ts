import { afterAll, afterEach, describe, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { control, startCompany, type Company } from '../../sandbox/support';
import { accountingMappings, connected, mapped } from './company';
import { documentsOf, gain, mugs } from './mugs';
import { PostedPart } from './posted-part';

// What becomes of documents whose answer was not the ticket, and of those that an older version
// posted.

let company: Company;
let part: PostedPart;
let before: Record<string, string>;

afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

async function start(sandbox: object = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' }, sandbox);
  const { connector } = await connected(company);
  before = await totalsOf(company);
  part = new PostedPart(connector, mapped({ mappings: accountingMappings }), '1001', 'sale');
}

async function gained(): Promise<Record<string, string>> {
  return added(before, await totalsOf(company));
}

async function edit(set: object): Promise<void> {
  const id = part.item.remoteId;
  await control(company.sandbox, 'act', {
    as: 'accountant',
    realmId: company.realmId,
    do: 'edit',
    entity: 'SalesReceipt',
    id,
    set,
  });
}

describe('an answer that is not the ticket', () => {
  /** The company charges tax of its own on shipping where the flag is not honoured. */
  test('is voided at once, held, and a redrive posts it anew', async () => {
    await start({ 'qbo.astShippingFlag': false });
    const shipped = mugs(2, {
      shipping: [{ name: 'Post', amountMinor: 500, taxes: [{ code: 'NY', taxMinor: 40 }] }],
      tenders: [{ tender: 'card', amountMinor: 3240 }],
      totals: { netMinor: 3000, taxMinor: 240, totalMinor: 3240 },
    });
    // Killed after the answer was settled: what is known says that it must go.
    await part.want(shipped, 'present', { stepsMax: 1 });
    expect(await part.drive(1)).toMatchObject({ type: 'held', cause: 'totals_differ_in_books' });
    expect(part.writes).toEqual(['create SalesReceipt', 'void SalesReceipt']);
    expect(await gained()).toEqual({});
    expect(await part.drive(2)).toMatchObject({ type: 'held', cause: 'totals_differ_in_books' });
    expect(await gained()).toEqual({});
    expect(await documentsOf(company)).toEqual([
      'SalesReceipt P1-1001 0.00',
      'SalesReceipt P1-1001-V2 0.00',
    ]);
    expect(await part.want(mugs(2))).toEqual({ type: 'delivered' });
    expect(await gained()).toEqual(gain(2));
  });
});

describe('posted by an older version', () => {
  /** What such a delivery knows: no figures but the total. */
  async function older(): Promise<void> {
    await start();
    await part.want(mugs(2));
    const { remoteId, remoteVersion } = part.item;
    const snapshot = {
      content: 'other',
      entity: 'SalesReceipt',
      totalMinor: 2700,
      docNumber: 'P1-1001',
    };
    part.item = { ...part.item, remoteId, remoteVersion, snapshot };
  }

  test(
    'an equal revision is compared with the books, and its figures are kept ' + 'from then on',
    async () => {
      await older();
      expect(await part.want(mugs(2))).toEqual({ type: 'delivered' });
      expect(part.writes).toEqual(['create SalesReceipt']);
      await edit({ PrivateNote: 'mine' });
      expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    },
  );

  test('an edit is written where its version is still ours, else held', async () => {
    await older();
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    await company.sandbox.close();
    await older();
    await edit({ PrivateNote: 'mine' });
    expect(await part.want(mugs(4))).toMatchObject({ cause: 'changed_in_books:money' });
  });
});
