import { afterAll, afterEach, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

import { closeConnections } from '../../../connectors/http';
import { shapeDocument } from '../../../connectors/quickbooks/shape/sales-form';
import type { SummaryKey } from '../../../domain/bodies';
import { canonicalJson } from '../../../domain/canonical';
import { decideSummary, withShownGoods } from '../../../domain/posting/summary/summary-document';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { SummaryFold, summaryNumber } from '../../../domain/posting/summary/summary';
import { sharesOf } from '../../../domain/posting/summary/summary-shares';
import { saleOfWebOrder } from '../../domain/posting/web-orders';
import { added, expectedLedger, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { startCompany, type Company } from '../../sandbox/support';
import { known, references } from '../fixtures';
import { accountingMappings, connected } from './company';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(path.join(__dirname, '../../', file), 'utf8'));
const sources = z
  .array(z.object({ example: z.string(), source: z.looseObject({}) }))
  .parse(read('domain/posting/fixtures/sources.json'));
const bodies = z
  .array(z.object({ example: z.string(), body: z.unknown() }))
  .parse(read('sandbox/qbo/fixtures/accounting.json'));

let company: Company | undefined;
afterEach(async () => {
  await company?.sandbox.close();
  company = undefined;
});
afterAll(() => closeConnections());

it('E14: the orders of E1 and E4 as one daily summary, byte for byte, and its ledger', async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  const { facts } = await connected(company);
  const things = references({
    products: { MUG: known() },
    mappings: {
      ...accountingMappings,
      'account:daily-customer': '303',
      'item:@daily-sales': '37',
    },
  });
  const fold = new SummaryFold();
  let key: SummaryKey | null = null;
  for (const example of ['E1', 'E4']) {
    const order = sources.find((one) => one.example === example)?.source;
    const sale = saleOfWebOrder({ ...order, payment_method: 'card' }, 'America/New_York');
    const shared = sharesOf(sale, 'default');
    const share = shared.type === 'shares' ? shared.shares[0] : undefined;
    if (share === undefined) throw new Error(JSON.stringify(shared));
    key = share.key;
    fold.add(share.sale, share.label);
  }
  if (key === null) throw new Error('no member');
  const sale = fold.sale(key, summaryNumber('W', key, false));
  const decision = decideSummary(
    withShownGoods(sale, 'category', facts.country),
    initialPostingSettings,
    { ...facts, taxCode: () => null },
  );
  if (decision.type !== 'post') throw new Error(JSON.stringify(decision));
  const labels = {
    docNumber: sale.number,
    location: 'default',
    missing: [],
    settings: initialPostingSettings,
  };
  const shaped = shapeDocument(decision.document, labels, { references: things, facts });
  if (shaped.type === 'stop') throw new Error(JSON.stringify(shaped));
  const expected = bodies.find(({ example }) => example === 'E14')?.body;
  expect(canonicalJson(shaped.payload)).toBe(canonicalJson(expected));
  const before = await totalsOf(company);
  expect((await company.post('salesreceipt', shaped.payload)).status).toBe(200);
  expect(added(before, await totalsOf(company))).toEqual(expectedLedger['E14']);
});
