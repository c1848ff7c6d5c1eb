import { afterAll, afterEach, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

import { closeConnections } from '../../../connectors/http';
import { decisionFor } from '../../../connectors/quickbooks/company/context';
import type { QboFacts } from '../../../connectors/quickbooks/company/facts';
import { docNumberOf } from '../../../connectors/quickbooks/shape/mapping';
import { shapeDocument } from '../../../connectors/quickbooks/shape/sales-form';
import { shapePayment } from '../../../connectors/quickbooks/shape/payment';
import { canonicalJson } from '../../../domain/canonical';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { saleOfWebOrder } from '../../domain/posting/web-orders';
import { added, expectedLedger, totalsOf } from '../../sandbox/qbo/expected-ledger';
import { startCompany, textAt, type Company } from '../../sandbox/support';
import { known, references } from '../fixtures';
import { accountingMappings, connected } from './company';

// The worked examples of accounting.md#examples: source → our body, byte for byte, → the ledger.

const read = (file: string): unknown =>
  JSON.parse(readFileSync(path.join(__dirname, '../../', file), 'utf8'));

const sourceSchema = z.object({
  example: z.string(),
  company: z.string(),
  source: z.record(z.string(), z.unknown()),
  /** What the source leaves out and its body shows, by dotted path. */
  supplied: z.record(z.string(), z.unknown()),
  discount: z.enum(['net', 'gross']).default('net'),
});
const sources = z.array(sourceSchema).parse(read('domain/posting/fixtures/sources.json'));
const bodies = z
  .array(z.object({ example: z.string(), path: z.string(), body: z.unknown() }))
  .parse(read('sandbox/qbo/fixtures/accounting.json'));

const companies: Record<string, { realm: object; zone: string }> = {
  U: { realm: { kind: 'usAutomated' }, zone: 'America/New_York' },
  'U without sales tax': { realm: { kind: 'usNoTax' }, zone: 'America/New_York' },
  G: { realm: { kind: 'gb' }, zone: 'Europe/London' },
  C: { realm: { kind: 'ca' }, zone: 'America/Toronto' },
};

const item = (remoteId: string): ReturnType<typeof known> => known({ remoteId, isLinked: true });
const things = references({
  products: { MUG: item('11'), TEE: item('12'), CUP: item('14'), 'R19.95': item('16') },
  customers: { '12': { remoteId: '301', isOpen: false } },
  mappings: accountingMappings,
});

let company: Company | undefined;
afterEach(async () => {
  await company?.sandbox.close();
  company = undefined;
});
afterAll(() => closeConnections());

it.each(Object.entries(companies))(
  'company %s: each example becomes its body, and its postings',
  async (name, { realm, zone }) => {
    company = await startCompany({ ...realm, fixture: 'accounting' });
    const facts = (await connected(company)).facts;
    let before = await totalsOf(company);
    // E3b is the order of E3 once more, with its number: it goes to books of its own below.
    for (const source of sources.filter((one) => one.company === name && one.example !== 'E3b')) {
      const { example } = source;
      const { body, path: target } = bodyOf(example);
      const payload = payloadOf(source, zone, facts);
      expect([example, canonicalJson(payload)]).toEqual([example, canonicalJson(body)]);
      const answer = await company.post(target, payload);
      expect([example, answer.status, answer.text]).toEqual([example, 200, expect.any(String)]);
      const after = await totalsOf(company);
      expect([example, added(before, after)]).toEqual([example, expectedLedger[example]]);
      before = after;
    }
  },
);

it('E3b: the same order with its discount on a line', async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  const source = sources.find(({ example }) => example === 'E3b');
  if (source === undefined) throw new Error('E3b is missing');
  const before = await totalsOf(company);
  const payload = payloadOf(source, 'America/New_York', (await connected(company)).facts);
  expect(canonicalJson(payload)).toBe(canonicalJson(bodyOf('E3b').body));
  expect((await company.post('salesreceipt', payload)).status).toBe(200);
  expect(added(before, await totalsOf(company))).toEqual(expectedLedger['E3b']);
});

it('E11 and E11b: the invoice and the payment of it', async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  const { facts } = await connected(company);
  const source = sources.find(({ example }) => example === 'E11');
  if (source === undefined) throw new Error('E11 is missing');
  const invoice = await company.post('invoice', payloadOf(source, 'America/New_York', facts));
  const invoiceId = textAt(invoice.body, 'Invoice.Id');
  const before = await totalsOf(company);
  // Supplied: all of it. The order's completion says no more than its day.
  const payment = {
    marker: 'truth-sync woo payment of order 1011',
    date: '2026-11-24',
    currency: 'USD',
    customerId: null,
    tender: { tender: 'cash', amountMinor: 1_904, reference: null },
    totalMinor: 1_904,
  };
  const shaped = shapePayment(payment, invoiceId, { references: things, facts });
  if (shaped.type === 'stop') throw new Error(JSON.stringify(shaped));
  const expected = canonicalJson(bodyOf('E11b').body).replace('<Id of W-1011>', invoiceId);
  expect(canonicalJson(shaped.payload)).toBe(expected);
  expect((await company.post('payment', shaped.payload)).status).toBe(200);
  expect(added(before, await totalsOf(company))).toEqual(expectedLedger['E11b']);
});

it('names what was supplied to each source', () => {
  const supplied = sources.map(({ example, supplied: own }) => [
    example,
    Object.keys(own).sort().join(' '),
  ]);
  expect(Object.fromEntries(supplied)).toEqual({
    E1: 'payment_method shipping',
    E2: 'line_items.0.taxes payment_method',
    E3: 'payment_method',
    E3b: 'payment_method',
    E4: 'payment_method',
    E5: 'payment_method',
    E6: 'payment_method',
    E7: 'api_restock customer_id number payment_method',
    E8: 'api_restock customer_id number payment_method',
    E9:
      'billing.address_1 billing.city billing.country billing.postcode billing.state ' +
      'payment_method',
    E10:
      'customer_id line_items.0.taxes.0.id payment_method shipping_lines.0.taxes.0.id ' +
      'transaction_id',
    E11: '',
    E12: 'line_items.0.taxes payment_method',
    E13: 'number payment_method tax_lines transaction_id',
    E16:
      'currency customer_id date_paid_gmt line_items payment_method prices_include_tax ' +
      'status tenders.0.code transaction_id',
  });
});

function bodyOf(example: string): { path: string; body: unknown } {
  const found = bodies.find((one) => one.example === example);
  if (found === undefined) throw new Error(`${example} has no body`);
  return found;
}

function payloadOf(source: z.infer<typeof sourceSchema>, zone: string, facts: QboFacts): object {
  const sale = saleOfWebOrder(completed(source), zone);
  const settings = { ...initialPostingSettings, discount: { mode: source.discount } };
  const decision = decisionFor(sale, { references: things, facts, settings });
  if (decision.type !== 'post') throw new Error(JSON.stringify(decision));
  const labels = {
    docNumber: docNumberOf(sale.number),
    location: 'default',
    missing: [],
    settings: initialPostingSettings,
  };
  const shaped = shapeDocument(decision.document, labels, { references: things, facts });
  if (shaped.type === 'stop') throw new Error(JSON.stringify(shaped));
  return shaped.payload;
}

/** The source with what was supplied to it. */
function completed({ source, supplied }: z.infer<typeof sourceSchema>): unknown {
  const whole: unknown = structuredClone(source);
  // Short paths first: a whole list is there before something in it is set.
  for (const [place, value] of Object.entries(supplied).sort(
    ([one], [other]) => one.length - other.length,
  )) {
    const steps = place.split('.');
    const last = steps.pop() ?? '';
    let target: unknown = whole;
    for (const step of steps) target = Reflect.get(Object(target), step);
    Reflect.set(Object(target), last, value);
  }
  return whole;
}
