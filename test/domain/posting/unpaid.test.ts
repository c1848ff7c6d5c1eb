import { expect, test } from '@jest/globals';

import type { SaleEntry } from '../../../domain/posting/source/known-sale';
import { unpaidHold } from '../../../domain/posting/source/unpaid';
import { entry, invoiceBody, sold } from '../../connectors/quickbooks/money-records';

const paid = (change: object = {}, state: Partial<SaleEntry> = {}): SaleEntry =>
  ({
    ...entry('payment', 'p', {
      number: 'p',
      invoiceId: 's1',
      tender: 'cash',
      amountMinor: 5,
      ...change,
    }),
    ...state,
  }) as SaleEntry;
const card = { giftCards: { used: [{ code: 'G', amountMinor: 5 }] } };
const nothing = { totals: { netMinor: 0, taxMinor: 0, totalMinor: 0 } };

test.each<[string, SaleEntry[], object, 'invoice' | 'wait', boolean]>([
  ['nothing was paid', [], {}, 'wait', true],
  ['invoices are posted at once', [], {}, 'invoice', false],
  ['a part was paid', [paid()], {}, 'wait', false],
  ['a payment that is held for another reason', [paid({}, { isOpen: false })], {}, 'wait', false],
  ['a payment that the till took back', [paid({}, { isWanted: false })], {}, 'wait', true],
  ['a payment of 0.00', [paid({ amountMinor: 0 })], {}, 'wait', true],
  ['a refund', [entry('refund', 'r', invoiceBody())], {}, 'wait', true],
  ['a gift card paid a part', [], card, 'wait', false],
  ['nothing is owed', [], nothing, 'wait', false],
])('where %s an invoice waits or not', (_name, entries, change, as, isHeld) => {
  const hold = unpaidHold(invoiceBody(change), sold(entries, change), { unpaid: { as } });
  expect(hold === null ? null : hold.reason).toBe(isHeld ? 'unpaid' : null);
});

test('of more entries than are looked at nobody can say that none is a payment', () => {
  const settings = { unpaid: { as: 'wait' as const } };
  expect(unpaidHold(invoiceBody(), { ...sold(), hasMore: true }, settings)).toBeNull();
  expect(unpaidHold(invoiceBody(), undefined, settings)).toMatchObject({ reason: 'unpaid' });
});
