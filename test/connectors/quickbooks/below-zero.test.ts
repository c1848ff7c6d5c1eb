import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';

import type { Outgoing } from '../../../connectors/contract';
import { closeConnections } from '../../../connectors/http';
import type { OrderBody } from '../../../domain/bodies';
import { deliveryPartsOf } from '../../../domain/posting/source/ticket';
import { line, orderBody, outgoing } from '../fixtures';
import { Books } from './books';

// Tickets of which more is taken off than is sold: what cannot stand on a sales form is given back
// by a refund.
const books = new Books();
beforeEach(() => books.begin());
afterEach(() => books.close());
afterAll(() => closeConnections());

/** Posts all documents of a ticket; answers what they add to the ledger. */
async function posted(recordId: string, body: OrderBody): Promise<Record<string, string>> {
  const mappings = { 'account:clearing:exchange': books.accountId('Undeposited Funds') };
  const part = (name: string): Outgoing =>
    outgoing({ kind: 'order', body }, { deliveryId: name, recordId, part: name });
  return books.adds(async () => {
    for (const name of deliveryPartsOf(body)) await books.post(part(name), { mappings });
  });
}

const cardOf = (amountMinor: number): OrderBody['tenders'] => [{ tender: 'card', amountMinor }];
const mug = line({ netMinor: 300, unitPrice: '3.00' });
const loyalty = { name: 'Loyalty', amountMinor: -500 };

test('B19: a fee of -5.00 above lines of 3.00 is a sale of 3.00 and a refund of 5.00', async () => {
  const totals = { netMinor: -200, taxMinor: 0, totalMinor: -200 };
  const body = orderBody({
    number: 'x1',
    lines: [mug],
    fees: [loyalty],
    tenders: cardOf(-200),
    totals,
  });
  expect(deliveryPartsOf(body)).toEqual(['sale', 'refund']);
  const adds = await posted('x1', body);
  expect(adds['Card clearing']).toBe('-2.00');
  expect(Object.values(adds).reduce((sum, amount) => sum + Number(amount), 0)).toBeCloseTo(0, 9);
});

test(
  'B19: an exchange with a taxed loyalty fee: tax and money of both halves are ' + "the till's",
  async () => {
    const tax = (taxMinor: number): { code: string; taxMinor: number }[] => [
      { code: 'NY', taxMinor },
    ];
    const sold = line({ netMinor: 300, unitPrice: '3.00', taxes: tax(27) });
    const back = line({
      lineId: '2',
      quantity: '-1',
      netMinor: -1000,
      unitPrice: '10.00',
      taxes: tax(-89),
    });
    const fees = [{ ...loyalty, taxes: tax(-44) }];
    const totals = { netMinor: -1200, taxMinor: -106, totalMinor: -1306 };
    const body = orderBody({
      number: 'x2',
      lines: [sold, back],
      fees,
      tenders: cardOf(-1306),
      totals,
    });
    const adds = await posted('x2', body);
    expect(adds['Card clearing']).toBe('-13.06');
    const taxAdded = Object.entries(adds).find(([name]) => name === 'Sales tax payable')?.[1];
    expect(taxAdded).toBe('1.06');
  },
);

test('B19: loyalty money that is paid out without a sale is a refund alone', async () => {
  const totals = { netMinor: -500, taxMinor: 0, totalMinor: -500 };
  const body = orderBody({
    number: 'x3',
    lines: [],
    fees: [loyalty],
    tenders: cardOf(-500),
    totals,
  });
  expect(deliveryPartsOf(body)).toEqual(['refund']);
  expect((await posted('x3', body))['Card clearing']).toBe('-5.00');
});
