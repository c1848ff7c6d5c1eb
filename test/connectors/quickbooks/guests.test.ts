import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { TicketBody } from '../../../domain/bodies';
import { guestId, ownItemId } from '../../../domain/records/own-records';
import { orderBody, outgoing } from '../fixtures';
import { accountingMappings } from './company';
import { Books } from './books';

// Guests and articles of our own in a company of the sandbox: whom a document names, and what is
// made for it.

const books = new Books();
beforeAll(() => books.begin({ preferences: { multiCurrency: true } }));
afterAll(() => books.close());

const own = guestId('77');
const sold = (body: Partial<TicketBody>) => {
  const { customerId, ...guest } = orderBody({
    guest: { name: 'Kim Lee', email: 'kim@example.test' },
    ...body,
  });
  expect(customerId).toBe('c1');
  return outgoing({ kind: 'order', body: guest });
};

describe('a ticket of a guest', () => {
  const mappings = accountingMappings;
  const products = {
    MUG: { remoteId: '11', isOpen: false, code: 'MUG', isStockTracked: true, isLinked: false },
  };

  test('names its own customer, and still says who it was', async () => {
    const customers = { [own]: { remoteId: '301', isOpen: false } };
    const { payload } = await books.write(sold({ guestCustomerId: own }), {
      customers,
      products,
      mappings,
    });
    expect(payload).toMatchObject({
      CustomerRef: { value: '301' },
      BillEmail: { Address: 'kim@example.test' },
    });
    expect(payload['PrivateNote']).toContain('guest Kim Lee <kim@example.test>');
  });

  test('waits for it, and without one names the bucket', async () => {
    const customers = { [own]: { remoteId: null, isOpen: true } };
    expect(
      await books.compose(sold({ guestCustomerId: own }), { customers, products, mappings }),
    ).toEqual({ type: 'notReady', missing: [{ kind: 'customer', ref: own }] });
    const { payload } = await books.write(sold({}), { products, mappings });
    expect(payload).toMatchObject({ CustomerRef: { value: '302' } });
  });

  test('in another currency names the mapped customer of guests of that currency', async () => {
    const exchangeRate = { rate: '1.1', source: 'bank', day: '2026-11-21' };
    const foreign = sold({ guestCustomerId: own, currency: 'EUR', exchangeRate });
    const customers = { [own]: { remoteId: '301', isOpen: false } };
    expect(await books.compose(foreign, { customers, products, mappings })).toMatchObject({
      cause: 'mapping_missing:account:guest-customer:EUR',
    });
  });
});

test('an article of our own gets an item without a price, whatever currency it was sold in', async () => {
  const body = {
    sku: 'Z',
    name: 'Zed',
    type: 'goods' as const,
    trackStock: true,
    status: 'active' as const,
  };
  const income = books.accountId('Sales of Product Income');
  const write = await books.write(
    outgoing({ kind: 'product', body }, { recordId: ownItemId('Z'), part: '' }),
    { mappings: { 'account:income': income } },
  );
  expect(write.payload).toEqual({
    Name: 'Z',
    Sku: 'Z',
    Description: 'Zed',
    Type: 'NonInventory',
    IncomeAccountRef: { value: income },
  });
});
