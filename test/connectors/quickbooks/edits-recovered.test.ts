import { afterAll, afterEach, describe, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import { added, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { startCompany, type Company } from '../../sandbox/support';
import { accountingMappings, connected, mapped } from './company';
import { documentsOf, gain, mugs } from './mugs';
import { PostedPart } from './posted-part';

// What becomes of documents whose answer was not the ticket.

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
