import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';

import { closeConnections } from '../../../connectors/http';
import type { Connector } from '../../../connectors/contract';
import type { OrderBody, RecordBody } from '../../../domain/bodies';
import { at, startCompany, type Company } from '../../sandbox/support';
import { known, line, orderBody } from '../fixtures';
import { accountingMappings, connected, mapped } from './company';
import { there } from './books';
import { invoiceBody, payment, sold as soldInvoice } from './money-records';
import { documentsOf, mugs } from './mugs';
import { PostedPart } from './posted-part';

// What one part of a ticket cannot do keeps all of it where it is.

let company: Company;
let connector: Connector;

beforeEach(async () => {
  company = await startCompany({ kind: 'usAutomated', fixture: 'accounting' });
  ({ connector } = await connected(company, { startDate: '2026-11-20' }));
});
afterEach(() => company.sandbox.close());
afterAll(() => closeConnections());

const partOf = (recordId: string, part: string): PostedPart =>
  new PostedPart(
    connector,
    mapped({
      mappings: { ...accountingMappings, 'account:clearing:exchange': '203' },
      orders: { x1: there('9', 'SalesReceipt') },
    }),
    recordId,
    part,
  );

const back = line({ lineId: '2', quantity: '-1', netMinor: -1250 });
/** A mug comes back, and of what is sold with it more is a gift card than goods. */
function ticket(usedMinor: number, changes: Partial<OrderBody> = {}): RecordBody {
  const totalMinor = 1250 - usedMinor;
  const giftCards = { used: [{ code: 'G', amountMinor: usedMinor }] };
  const tenders = [
    { tender: 'cash', amountMinor: totalMinor - 100 },
    { tender: 'card', amountMinor: 100 },
  ];
  return {
    kind: 'order',
    body: orderBody({
      lines: [line(), back],
      giftCards,
      tenders,
      totals: { netMinor: 1250, taxMinor: 0, totalMinor },
      ...changes,
    }),
  };
}

test(
  'a ticket whose sale is below zero: its refund and its moves are held with ' +
    'it, posted ones stay',
  async () => {
    const parts = ['sale', 'refund', 'move-1'].map((part) => partOf('x1', part));
    for (const part of parts)
      expect(await part.want(ticket(3000))).toMatchObject({
        type: 'held',
        cause: 'negative_total:sale',
      });
    expect(await documentsOf(company)).toEqual([]);
    for (const part of parts) expect(await part.want(ticket(500))).toEqual({ type: 'delivered' });
    const posted = await documentsOf(company);
    expect(posted).toHaveLength(3);
    for (const part of parts)
      expect(await part.want(ticket(3000))).toMatchObject({ cause: 'negative_total:sale' });
    expect(await documentsOf(company)).toEqual(posted);
    for (const part of parts)
      expect(await part.want(ticket(3000, { voided: true }))).toMatchObject({ type: 'delivered' });
  },
);

test(
  'a posted ticket that is moved before the start date is held, one that began ' +
    'there is edited',
  async () => {
    const part = partOf('1001', 'sale');
    await part.want(mugs(2));
    const early = mugs(2, { businessDate: '2026-11-19' });
    expect(await part.want(early)).toMatchObject({ cause: 'before_start_date:2026-11-20' });
    expect(await part.want(mugs(3))).toEqual({ type: 'delivered' });
    ({ connector } = await connected(company, { startDate: '2026-11-25' }));
    const later = new PostedPart(connector, part.references, '1001', 'sale');
    later.item = part.item;
    expect(await later.want(mugs(1))).toEqual({ type: 'delivered' });
    expect(await later.want(mugs(1, { voided: true }))).toEqual({ type: 'delivered' });
    expect(await later.want(mugs(1))).toMatchObject({ cause: 'before_start_date:voided' });
    expect(await documentsOf(company)).toEqual(['SalesReceipt P1-1001 0.00']);
  },
);

test('money that is moved before the start date is held', async () => {
  const cash = (businessDate: string): RecordBody => ({
    kind: 'cash',
    body: { businessDate, tender: 'cash', type: 'paid_in', amountMinor: 500, account: 'x' },
  });
  const part = new PostedPart(
    connector,
    mapped({ mappings: { ...accountingMappings, 'account:cash:x': '204' } }),
    'k1',
    '',
  );
  expect(await part.want(cash('2026-11-21'))).toEqual({ type: 'delivered' });
  expect(await part.want(cash('2026-11-19'))).toMatchObject({
    cause: 'before_start_date:2026-11-20',
  });
  const invoice = new PostedPart(connector, part.references, 's1', '');
  await invoice.want({ kind: 'invoice', body: invoiceBody({ businessDate: '2026-11-21' }) });
  const known = mapped({
    mappings: accountingMappings,
    documents: { 'invoice/s1': there(invoice.item.remoteId ?? '', 'Invoice') },
    sales: { 'invoice/s1': soldInvoice() },
  });
  const paid = new PostedPart(connector, known, 'p1', '');
  expect(await paid.want(payment({ businessDate: '2026-11-22' }).record)).toEqual({
    type: 'delivered',
  });
  expect(await paid.want(payment({ businessDate: '2026-11-19' }).record)).toMatchObject({
    cause: 'before_start_date:2026-11-20',
  });
});

test(
  'an article without an item: held, or by setting on the mapped generic one, ' +
    'its SKU in the description',
  async () => {
    const sold = mugs(2);
    const unknown = mapped({ products: {}, mappings: accountingMappings });
    const part = new PostedPart(connector, unknown, '1001', 'sale');
    expect(await part.want(sold)).toMatchObject({ type: 'waits' });
    ({ connector } = await connected(company, { item: { unmapped: 'genericItem' } }));
    const generic = new PostedPart(connector, unknown, '1001', 'sale');
    expect(await generic.want(sold)).toMatchObject({ cause: 'mapping_missing:item:@generic' });
    generic.references = mapped({
      products: {},
      mappings: { ...accountingMappings, 'item:@generic': '12' },
    });
    expect(await generic.want(sold)).toEqual({ type: 'delivered' });
    const { body } = await company.get(`salesreceipt/${generic.item.remoteId ?? ''}`);
    expect(at(body, 'SalesReceipt.Line.0')).toMatchObject({
      Description: 'MUG: Mug',
      SalesItemLineDetail: { ItemRef: { value: '12' }, Qty: 2 },
    });
    // One that is on its way is waited for; one that came since changes nothing of what is posted.
    const coming = { MUG: known({ remoteId: null, isOpen: true }) };
    const waiting = new PostedPart(
      connector,
      mapped({ products: coming, mappings: { ...accountingMappings, 'item:@generic': '12' } }),
      '1002',
      'sale',
    );
    expect(await waiting.want(sold)).toMatchObject({ type: 'waits' });
  },
);
