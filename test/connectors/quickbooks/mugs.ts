import { z } from 'zod';

import type { OrderBody, RecordBody } from '../../../domain/bodies';
import { at, control, type Company } from '../../sandbox/support';
import { line, orderBody } from '../fixtures';

// Tickets of mugs, and what they bring to the books.

export const sales = 'Sales of Product Income';

/** A ticket of so many mugs at 12.50 with 8 % of tax. */
export function mugs(count: number, changes: Partial<OrderBody> = {}): RecordBody {
  const netMinor = count * 1250;
  const taxMinor = count * 100;
  const lines = [line({ quantity: String(count), netMinor, taxes: [{ code: 'NY', taxMinor }] })];
  const totals = { netMinor, taxMinor, totalMinor: netMinor + taxMinor };
  const tenders = [{ tender: 'card', amountMinor: totals.totalMinor, reference: 'ch_1' }];
  return { kind: 'order', body: orderBody({ lines, totals, tenders, ...changes }) };
}

/** What the books should have gained for so many mugs paid by card. */
export function gain(count: number): Record<string, string> {
  if (count === 0) return {};
  const text = (cents: number): string => (cents / 100).toFixed(2);
  return {
    'Card clearing': text(count * 1350),
    [sales]: text(count * -1250),
    'Sales tax payable': text(count * -100),
  };
}

const listed = z.object({
  documents: z.array(
    z.object({ type: z.string(), docNumber: z.string().nullable(), total: z.string() }),
  ),
});
/** Documents in the books as `type number total`, oldest first. */
export async function documentsOf(company: Company): Promise<string[]> {
  const ledger = await control(company.sandbox, `ledger?realmId=${company.realmId}`);
  const { documents } = listed.parse(at(ledger, `realms.${company.realmId}`));
  return documents.map(({ type, docNumber, total }) => `${type} ${docNumber ?? '-'} ${total}`);
}
