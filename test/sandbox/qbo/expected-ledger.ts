import { at, control, type Company } from '../support';

/** Net debit by account, as text. */
type Totals = Record<string, string>;

const sales = 'Sales of Product Income';
const clearing = 'Card clearing';
const tax = 'Sales tax payable';

/** accounting.md#examples: net debit by account that the document adds. */
export const expectedLedger: Record<string, Totals> = {
  E1: { [clearing]: '48.98', [sales]: '-44.99', [tax]: '-3.99' },
  E2: { [clearing]: '36.00', [sales]: '-30.00', [tax]: '-6.00' },
  E3: { [clearing]: '44.09', [sales]: '-40.49', [tax]: '-3.60' },
  E3b: { [clearing]: '44.09', 'Discounts given': '4.50', [sales]: '-44.99', [tax]: '-3.60' },
  E4: { [clearing]: '35.39', [sales]: '-25.00', 'Shipping income': '-7.50', [tax]: '-2.89' },
  E5: { [clearing]: '49.00', 'Fees and loyalty': '5.00', [sales]: '-50.00', [tax]: '-4.00' },
  E6: {
    [clearing]: '59.71',
    [sales]: '-50.00',
    'Fees and loyalty': '-3.00',
    'Tips payable': '-2.00',
    [tax]: '-4.71',
  },
  E7: { [sales]: '12.50', [tax]: '1.11', [clearing]: '-13.61' },
  E8: { 'Refunds without return': '5.00', [clearing]: '-5.00' },
  E9: { [clearing]: '13.61', [sales]: '-12.50', [tax]: '-1.11' },
  E10: {
    [clearing]: '62.79',
    Rounding: '0.01',
    [sales]: '-45.27',
    'Shipping income': '-7.50',
    [tax]: '-10.03',
  },
  E11: {
    'Accounts Receivable (A/R)': '19.04',
    [sales]: '-12.50',
    'Shipping income': '-4.99',
    [tax]: '-1.55',
  },
  E11b: { 'Cash drawer': '19.04', 'Accounts Receivable (A/R)': '-19.04' },
  E12: { [clearing]: '22.98', [sales]: '-19.99', 'GST payable': '-1.00', 'QST payable': '-1.99' },
  E13: { [clearing]: '48.98', [sales]: '-44.99', [tax]: '-3.99' },
  E14: { [clearing]: '84.37', [sales]: '-69.99', 'Shipping income': '-7.50', [tax]: '-6.88' },
  E15: { Bank: '68.42', 'Processor fees': '2.34', [clearing]: '-70.76' },
  E16: { [clearing]: '28.98', 'Gift card liability': '20.00', [sales]: '-44.99', [tax]: '-3.99' },
};

/** The books' present sums by account. */
export async function totalsOf(company: Pick<Company, 'sandbox' | 'realmId'>): Promise<Totals> {
  const ledger = await control(company.sandbox, `ledger?realmId=${company.realmId}`);
  const all = at(ledger, `realms.${company.realmId}.totalsByAccount`);
  return Object.fromEntries(Object.entries(all ?? {}).map(([name, text]) => [name, String(text)]));
}

/** What has changed, to the cent; accounts that stay as they were are left out. */
export function added(before: Totals, after: Totals): Totals {
  const cents = (text: string | undefined): number => Math.round(Number(text ?? 0) * 100);
  const changes = Object.keys(after).map(
    (name) => [name, cents(after[name]) - cents(before[name])] as const,
  );
  const moved = changes.filter(([, change]) => change !== 0);
  return Object.fromEntries(moved.map(([name, change]) => [name, (change / 100).toFixed(2)]));
}
