import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Connector, References } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { OrderBody, RecordBody, RefundBody } from '../../../domain/bodies';
import type { PostingSettings } from '../../../domain/posting/settings';
import { historiesAsked } from '../../support/env';
import { control, startCompany, textAt, type Company } from '../../sandbox/support';
import { known, line, openGate, orderBody, refundBody } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { entry } from './money-records';
import { documentsOf } from './mugs';
import { WholeTicket } from './whole-ticket';

// Tickets that come to nothing, or to nothing but gift cards and deposits: each of our documents is
// one that the books take.

let company: Company;
let connector: Connector;
let references: References;
let exchange: string;

afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

const deposit = {
  number: 'D-1',
  depositFor: 'x',
  tender: 'cash',
  amountMinor: 100_000,
  businessDate: '2026-11-01',
};

async function start(posting: Partial<PostingSettings> = {}): Promise<void> {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  ({ connector } = await connected(company, posting));
  const idOf = async (name: string): Promise<string> =>
    textAt(
      (await company.query(`SELECT * FROM Account WHERE Name = '${name}'`)).body,
      'QueryResponse.Account.0.Id',
    );
  exchange = await idOf('Cash drawer');
  references = mapped({
    products: { MUG: known(), TEE: known({ remoteId: '12', code: 'TEE' }) },
    customers: { c1: { remoteId: '301', isOpen: false }, c2: { remoteId: '302', isOpen: false } },
    documents: { 'payment/D-1': { remoteId: '5', isOpen: false, entity: 'SalesReceipt' } },
    mappings: {
      ...accountingMappings,
      'account:receivable': await idOf('Accounts Receivable (A/R)'),
      'account:clearing:exchange': exchange,
      'item:@deposit': '36',
      'item:@shipping': '31',
    },
  });
}

async function close(date: string | null): Promise<void> {
  await control(company.sandbox, 'act', {
    as: 'accountant',
    realmId: company.realmId,
    do: 'closeBooks',
    date,
  });
  await connector.readFacts(openGate());
}

/** Where the money of the receipts of 0.00 lies, by their numbers. */
async function accountsOf(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entity of ['SalesReceipt', 'RefundReceipt']) {
    const { body } = await company.query(`SELECT * FROM ${entity} MAXRESULTS 100`);
    for (let index = 0; ; index += 1) {
      const at = `QueryResponse.${entity}.${index}`;
      try {
        found[textAt(body, `${at}.DocNumber`)] = textAt(body, `${at}.DepositToAccountRef.value`);
      } catch {
        break;
      }
    }
  }
  return found;
}

async function expectAll(ticket: WholeTicket, record: RecordBody): Promise<void> {
  const outcomes = Object.values(await ticket.want(record));
  expect(outcomes.filter(({ type }) => type !== 'delivered' && type !== 'skipped')).toEqual([]);
}

const byCard = (changes: Partial<OrderBody> = {}): RecordBody => ({
  kind: 'order',
  body: orderBody({
    tenders: [],
    giftCards: { used: [{ code: 'GC-77', amountMinor: 2500 }] },
    totals: { netMinor: 2500, taxMinor: 0, totalMinor: 0 },
    ...changes,
  }),
});

test('B22: a sale that a gift card pays as a whole lies on the account of exchanges', async () => {
  await start();
  await expectAll(new WholeTicket(connector, references, '1001'), byCard());
  expect(await documentsOf(company)).toEqual(['SalesReceipt P1-1001 0.00']);
  expect(await accountsOf()).toEqual({ 'P1-1001': exchange });
});

describe('B9: a RefundReceipt of 0.00 names an account', () => {
  test('of what goes back onto the gift card', async () => {
    await start();
    const { number, ...body } = refundBody();
    const refund: RefundBody = {
      ...body,
      number: `${number}-R`,
      tenders: [],
      giftCards: { used: [{ code: 'GC-77', amountMinor: 2500 }] },
      totals: { netMinor: 2500, taxMinor: 0, totalMinor: 0 },
    };
    await expectAll(new WholeTicket(connector, references, 'R-1'), {
      kind: 'refund',
      body: refund,
    });
    expect(await documentsOf(company)).toEqual(['RefundReceipt P1-1001-1-R 0.00']);
  });

  test.each([{ voided: true }, { customerId: 'c2' }])(
    'of a ticket of a closed period that changes: %j',
    async (change) => {
      await start({ closed: { mode: 'firstOpenDay' } });
      const ticket = new WholeTicket(connector, references, '1001');
      await expectAll(ticket, byCard());
      await close('2026-11-30');
      await expectAll(ticket, byCard(change));
      expect(await documentsOf(company)).toEqual(
        expect.arrayContaining(['SalesReceipt P1-1001 0.00', 'RefundReceipt P1-1001-D1 0.00']),
      );
    },
  );

  test('without a mapped account it is held with the name of the mapping', async () => {
    await start();
    const mapping: References['mapping'] = (kind, key) =>
      key === 'clearing:exchange' ? null : references.mapping(kind, key);
    const ticket = new WholeTicket(connector, { ...references, mapping }, 'R-1');
    const outcomes = await ticket.want({
      kind: 'refund',
      body: refundBody({
        tenders: [],
        giftCards: { used: [{ code: 'x', amountMinor: 2500 }] },
        totals: { netMinor: 2500, taxMinor: 0, totalMinor: 0 },
      }),
    });
    expect(outcomes['refund']).toMatchObject({
      cause: 'mapping_missing:account:clearing:exchange',
    });
    await expectAll(new WholeTicket(connector, { ...references, mapping }, '1001'), byCard());
  });
});

describe('B12: a ticket of 0.00 that moved goods, in a closed period', () => {
  const free = (changes: Partial<OrderBody> = {}): RecordBody => ({
    kind: 'order',
    body: orderBody({
      tenders: [],
      lines: [line({ netMinor: 0, discountMinor: 2500 })],
      totals: { netMinor: 0, taxMinor: 0, totalMinor: 0 },
      ...changes,
    }),
  });

  test('of another customer: the goods are taken back and go out again', async () => {
    await start({ closed: { mode: 'firstOpenDay' } });
    const ticket = new WholeTicket(connector, references, '1001');
    await expectAll(ticket, free());
    await close('2026-11-30');
    await expectAll(ticket, free({ customerId: 'c2' }));
    expect((await documentsOf(company)).sort()).toEqual([
      'RefundReceipt P1-1001-D1 0.00',
      'SalesReceipt P1-1001 0.00',
      'SalesReceipt P1-1001-D2 0.00',
    ]);
  });

  test('voided: the goods are taken back', async () => {
    await start({ closed: { mode: 'firstOpenDay' } });
    const ticket = new WholeTicket(connector, references, '1001');
    await expectAll(ticket, free());
    await close('2026-11-30');
    await expectAll(ticket, free({ voided: true }));
    expect(await documentsOf(company)).toEqual([
      'SalesReceipt P1-1001 0.00',
      'RefundReceipt P1-1001-D1 0.00',
    ]);
  });
});

const { histories, firstSeed } = historiesAsked(60);

/** A ticket of any mix of lines, fees, gift cards, deposits, tips and tenders whose sums agree. */
const anyTicket = fc
  .record({
    isRefund: fc.boolean(),
    lines: fc.array(
      fc.record({
        sku: fc.constantFrom('MUG', 'TEE'),
        count: fc.constantFrom(-2, -1, 1, 2, 3),
        priceMinor: fc.constantFrom(0, 0, 1, 333, 1250),
        taxMinor: fc.constantFrom(0, 0, 7),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    feeMinor: fc.constantFrom(0, 0, 300, -500),
    feeTaxMinor: fc.constantFrom(0, 0, 20),
    tipMinor: fc.constantFrom(0, 0, 200),
    shippingMinor: fc.constantFrom(0, 0, 499),
    cardShare: fc.constantFrom(0, 0, 0.3, 1),
    depositShare: fc.constantFrom(0, 0, 0.4, 1),
    soldCardMinor: fc.constantFrom(0, 0, 0, 1000),
    shares: fc.array(fc.constantFrom('card', 'cash'), { minLength: 1, maxLength: 2 }),
    offMinor: fc.constantFrom(0, 0, 0, 100, -100),
    isVoided: fc.constantFrom(false, false, false, true),
    customerId: fc.constantFrom('c1', 'c1', 'c2'),
  })
  .map((any): { isRefund: boolean; body: OrderBody } => {
    const { isRefund, feeMinor, tipMinor, shippingMinor, soldCardMinor, offMinor } = any;
    const lines = any.lines.map(({ sku, count, priceMinor, taxMinor }, index) => {
      const pieces = isRefund ? Math.abs(count) : count;
      const tax = priceMinor === 0 ? 0 : taxMinor * Math.sign(pieces);
      return line({
        lineId: String(index),
        sku,
        name: sku,
        quantity: String(pieces),
        unitPrice: (priceMinor / 100).toFixed(2),
        netMinor: pieces * priceMinor,
        taxes: tax === 0 ? [] : [{ code: 'NY', taxMinor: tax }],
      });
    });
    const feeTaxMinor = feeMinor === 0 ? 0 : any.feeTaxMinor * Math.sign(feeMinor);
    const netMinor = lines.reduce((sum, one) => sum + one.netMinor, 0) + feeMinor + shippingMinor;
    const taxMinor = lines.reduce((sum, { taxes }) => sum + (taxes[0]?.taxMinor ?? 0), feeTaxMinor);
    const allMinor = netMinor + taxMinor + tipMinor + soldCardMinor;
    const usedMinor = allMinor > 0 ? Math.round(allMinor * any.cardShare) : 0;
    const totalMinor = allMinor - usedMinor;
    const depositMinor =
      !isRefund && totalMinor > 0 ? Math.round(totalMinor * any.depositShare) : 0;
    const paidMinor = totalMinor - depositMinor;
    const [first = 'card', second] = any.shares;
    const tenders =
      second === undefined || second === first
        ? [{ tender: first, amountMinor: paidMinor }]
        : [
            { tender: first, amountMinor: paidMinor - offMinor },
            { tender: second, amountMinor: offMinor },
          ];
    const body = orderBody({
      lines,
      customerId: any.customerId,
      totals: { netMinor, taxMinor, totalMinor },
      tenders: tenders.filter(({ amountMinor }) => amountMinor !== 0),
      ...(feeMinor === 0
        ? {}
        : {
            fees: [
              {
                name: 'Fee',
                amountMinor: feeMinor,
                ...(feeTaxMinor === 0 ? {} : { taxes: [{ code: 'NY', taxMinor: feeTaxMinor }] }),
              },
            ],
          }),
      ...(tipMinor === 0 ? {} : { tips: [{ amountMinor: tipMinor }] }),
      ...(shippingMinor === 0 ? {} : { shipping: [{ name: 'Post', amountMinor: shippingMinor }] }),
      ...(usedMinor + soldCardMinor === 0
        ? {}
        : {
            giftCards: {
              ...(usedMinor === 0 ? {} : { used: [{ code: 'U', amountMinor: usedMinor }] }),
              ...(soldCardMinor === 0 ? {} : { sold: [{ code: 'S', amountMinor: soldCardMinor }] }),
            },
          }),
      ...(depositMinor === 0
        ? {}
        : { deposits: [{ paymentId: 'D-1', amountMinor: depositMinor }] }),
      ...(any.isVoided ? { voided: true } : {}),
    });
    return { isRefund, body };
  });

test(
  `B9: in ${histories} histories of tickets of any mix of tenders none of our ` +
    'documents is refused as wrong',
  async () => {
    await start({ closed: { mode: 'firstOpenDay' } });
    const step = fc.record({
      ticket: anyTicket,
      before: fc.constantFrom('nothing', 'nothing', 'close', 'open'),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(step, { minLength: 1, maxLength: 4 }),
        async (isInvoiced, steps) => {
          run += 1;
          await close(null);
          const recordId = `T-${run}`;
          const layAways = new Map([
            [
              recordId,
              {
                orderId: recordId,
                order: null,
                isOrderPosted: false,
                entries: [entry('payment', 'D-1', { ...deposit, depositFor: recordId }, true)],
                hasMore: false,
              },
            ],
          ]);
          const ticket = new WholeTicket(
            connector,
            { ...references, layAways },
            recordId,
            isInvoiced ? 'sale-invoice' : 'sale',
          );
          const isRefund = steps[0]?.ticket.isRefund ?? false;
          for (const {
            ticket: { body },
            before,
          } of steps.filter((one) => one.ticket.isRefund === isRefund)) {
            if (before !== 'nothing') await close(before === 'close' ? '2026-11-30' : null);
            const named = { ...body, number: recordId };
            const record: RecordBody = isRefund
              ? { kind: 'refund', body: { ...named, restock: true } }
              : { kind: 'order', body: named };
            const outcomes = await ticket.want(record);
            const refused = Object.entries(outcomes).filter(
              ([, one]) => one.type === 'held' && /^[A-Z]+:/.test(one.cause),
            );
            expect(refused.length === 0 ? [] : [record, refused]).toEqual([]);
          }
        },
      ),
      { numRuns: histories, seed: firstSeed },
    );
  },
  3_600_000,
);
