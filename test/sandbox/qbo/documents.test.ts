import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createRandom } from '../../../sandbox/random';
import { at, control, listAt, saleLine, startCompany, type Answer, type Company } from '../support';

const code = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.code');
const detail = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.Detail');

const receipt = (lines: object[], extra: object = {}): object => ({
  CustomerRef: { value: '301' },
  TxnDate: '2026-11-21',
  PaymentMethodRef: { value: '401' },
  DepositToAccountRef: { value: '201' },
  Line: lines,
  ...extra,
});

/** Net debit by account name; accounts at zero are left out. */
async function balances(company: Company): Promise<Record<string, string>> {
  const ledger = await control(company.sandbox, `ledger?realmId=${company.realmId}`);
  const totals = at(ledger, `realms.${company.realmId}.totalsByAccount`) as Record<string, string>;
  return Object.fromEntries(Object.entries(totals).filter(([, amount]) => amount !== '0.00'));
}

describe('the books of accounting.md#examples', () => {
  const us = { country: 'US', fixture: 'accounting' };
  const gb = { country: 'GB', fixture: 'accounting' };
  const ca = { country: 'CA', fixture: 'accounting' };
  const noTax = { ...us, preferences: { usingSalesTax: false } };
  const taxed = (total: number): object => ({ TxnTaxDetail: { TotalTax: total } });
  const discount = {
    Amount: 4.5,
    DetailType: 'DiscountLineDetail',
    DiscountLineDetail: { PercentBased: false, DiscountAccountRef: { value: '207' } },
  };
  const gross = (item: string, amount: number, tax: string, inclusive: number): object =>
    saleLine(item, amount, tax, { TaxInclusiveAmt: inclusive });
  const mug = (amount: number, qty: number, price: number): object =>
    saleLine('11', amount, 'TAX', { Qty: qty, UnitPrice: price });
  const shipping = saleLine('SHIPPING_ITEM_ID', 7.5, 'TAX');
  const covered = { ShippingTaxIncludedInTotalTax: true };
  const inclusive = { GlobalTaxCalculation: 'TaxInclusive' };

  it.each<[string, object, string, object, Record<string, string>]>([
    [
      'E1 simple order with US tax',
      us,
      'salesreceipt',
      receipt([mug(25, 2, 12.5), saleLine('12', 19.99, 'TAX')], taxed(3.99)),
      {
        'Card clearing': '48.98',
        'Sales of Product Income': '-44.99',
        'Sales tax payable': '-3.99',
      },
    ],
    [
      'E2 prices with VAT',
      gb,
      'salesreceipt',
      receipt([gross('14', 30, '6', 36)], inclusive),
      {
        'Card clearing': '36.00',
        'Sales of Product Income': '-30.00',
        'Sales tax payable': '-6.00',
      },
    ],
    [
      'E3b discount line',
      us,
      'salesreceipt',
      receipt([mug(25, 2, 12.5), saleLine('12', 19.99, 'TAX'), discount], taxed(3.6)),
      {
        'Card clearing': '44.09',
        'Discounts given': '4.50',
        'Sales of Product Income': '-44.99',
        'Sales tax payable': '-3.60',
      },
    ],
    [
      'E4 shipping with tax',
      us,
      'salesreceipt',
      receipt([mug(25, 2, 12.5), shipping], { ...taxed(2.89), ...covered }),
      {
        'Card clearing': '35.39',
        'Sales of Product Income': '-25.00',
        'Shipping income': '-7.50',
        'Sales tax payable': '-2.89',
      },
    ],
    [
      'E5 negative line',
      us,
      'salesreceipt',
      receipt([mug(50, 4, 12.5), saleLine('31', -5, 'TAX')], taxed(4)),
      {
        'Card clearing': '49.00',
        'Fees and loyalty': '5.00',
        'Sales of Product Income': '-50.00',
        'Sales tax payable': '-4.00',
      },
    ],
    [
      'E7 refund',
      us,
      'refundreceipt',
      receipt([mug(12.5, 1, 12.5)], taxed(1.11)),
      {
        'Card clearing': '-13.61',
        'Sales of Product Income': '12.50',
        'Sales tax payable': '1.11',
      },
    ],
    [
      'E10 a cent of rounding',
      gb,
      'salesreceipt',
      receipt(
        [
          gross('16', 45.27, '8', 53.87),
          gross('SHIPPING_ITEM_ID', 7.5, '8', 8.93),
          gross('33', -0.01, '10', -0.01),
        ],
        inclusive,
      ),
      {
        'Card clearing': '62.79',
        Rounding: '0.01',
        'Sales of Product Income': '-45.27',
        'Shipping income': '-7.50',
        'Sales tax payable': '-10.03',
      },
    ],
    [
      'E12 two rates in one code',
      ca,
      'salesreceipt',
      receipt([saleLine('12', 19.99, '7')], { GlobalTaxCalculation: 'TaxExcluded' }),
      {
        'Card clearing': '22.98',
        'Sales of Product Income': '-19.99',
        'GST payable': '-1.00',
        'QST payable': '-1.99',
      },
    ],
    [
      'E13 company without sales tax',
      noTax,
      'salesreceipt',
      receipt(
        [mug(25, 2, 12.5), saleLine('12', 19.99, 'NON'), saleLine('35', 3.99, 'NON')],
        taxed(9),
      ),
      {
        'Card clearing': '48.98',
        'Sales of Product Income': '-44.99',
        'Sales tax payable': '-3.99',
      },
    ],
  ])('%s', async (_name, realm, path, document, expected) => {
    const company = await startCompany(realm);
    const answer = await company.post(path, document);
    expect(answer.status).toBe(200);
    expect(await balances(company)).toEqual(expected);
    await company.sandbox.close();
  });
});

describe('documents', () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany({ country: 'US', fixture: 'accounting' });
  });
  afterAll(() => company.sandbox.close());
  const post = (document: object, query = ''): Promise<Answer> =>
    company.post(`salesreceipt${query}`, document);
  const line = saleLine('11', 10, 'NON');

  it('computes the total itself and adds a sub-total line', async () => {
    const answer = await post(receipt([line, line], { TotalAmt: 999 }));
    expect(at(answer.body, 'SalesReceipt')).toMatchObject({
      TotalAmt: 20,
      CustomerRef: { value: '301', name: 'Jo Day' },
      Line: [{ Id: '1' }, { Id: '2' }, { DetailType: 'SubTotalLineDetail', Amount: 20 }],
    });
    expect(answer.headers.get('intuit_tid')).toBeTruthy();
  });

  it.each<[string, object, string]>([
    ['no customer', receipt([line], { CustomerRef: undefined }), '6560'],
    ['an unknown customer', receipt([line], { CustomerRef: { value: '9' } }), '2500'],
    ['an unknown item', receipt([saleLine('99', 1, 'NON')]), '2500'],
    ['an unknown tender', receipt([line], { PaymentMethodRef: { value: '9' } }), '2500'],
    ['a wrong amount', receipt([saleLine('11', 10.01, 'NON', { Qty: 4, UnitPrice: 2.5 })]), '6070'],
    ['a negative total', receipt([saleLine('11', -1, 'NON')]), '6000'],
    ['a foreign tax code', receipt([saleLine('11', 1, '6')]), '6100'],
    ['no lines', receipt([]), '2020'],
    ['a long number', receipt([line], { DocNumber: 'x'.repeat(25) }), '2050'],
    ['a wrong date', receipt([line], { TxnDate: '2026-13-01' }), '2030'],
  ])('refuses %s', async (_case, document, expected) => {
    const answer = await post(document);
    expect([answer.status, code(answer)]).toEqual([400, expected]);
  });

  it('tells the figures of a length error', async () => {
    const answer = await post(receipt([line], { DocNumber: 'x'.repeat(25) }));
    expect(detail(answer)).toMatch(/Min:0 Max:21 supported\. Supplied length:25$/);
  });

  it('refuses a document number twice unless that is asked for', async () => {
    const document = receipt([line], { DocNumber: 'W-1' });
    expect((await post(document)).status).toBe(200);
    expect(code(await post(document))).toBe('6140');
    expect((await post(document, '?include=allowduplicatedocnum')).status).toBe(200);
    await control(company.sandbox, 'settings', { 'qbo.dupDocNumber': false });
    expect((await post(document)).status).toBe(200);
  });

  it('takes Undeposited Funds for a sale, and refuses a refund without an account', async () => {
    const open = receipt([line], { DepositToAccountRef: undefined });
    const sale = await post(open);
    expect(at(sale.body, 'SalesReceipt.DepositToAccountRef.name')).toBe('Undeposited Funds');
    expect(code(await company.post('refundreceipt', open))).toBe('2020');
  });

  it(
    'drops the tax of all-NON lines and adds tax on shipping that the total ' + 'does not cover',
    async () => {
      const none = await post(receipt([line], { TxnTaxDetail: { TotalTax: 1 } }));
      expect(at(none.body, 'SalesReceipt.TotalAmt')).toBe(10);
      const shipping = saleLine('SHIPPING_ITEM_ID', 10, 'TAX');
      const added = await post(receipt([shipping], { TxnTaxDetail: { TotalTax: 1 } }));
      expect(at(added.body, 'SalesReceipt.TxnTaxDetail.TotalTax')).toBe(1.89);
    },
  );

  it('updates with the present token only, and replaces all lines', async () => {
    const { Id, SyncToken } = at((await post(receipt([line]))).body, 'SalesReceipt') as Record<
      string,
      string
    >;
    const change = { Id, SyncToken, sparse: true, Line: [saleLine('12', 3, 'NON')] };
    const updated = await post(change);
    expect(at(updated.body, 'SalesReceipt')).toMatchObject({ SyncToken: '1', TotalAmt: 3 });
    const stale = await post(change);
    expect([code(stale), detail(stale)]).toEqual([
      '5010',
      'Stale Object Error : You and API API were working on this at the same time. API API ' +
        'finished before you did, so your work was not saved.',
    ]);
  });

  it('voids and deletes, and the books follow', async () => {
    const before = await balances(company);
    const voided = at(
      (await post(receipt([line], { PrivateNote: 'mine' }))).body,
      'SalesReceipt.Id',
    );
    const answer = await post(
      { Id: voided, SyncToken: '0', sparse: true },
      '?operation=update&include=void',
    );
    expect(at(answer.body, 'SalesReceipt')).toMatchObject({
      TotalAmt: 0,
      PrivateNote: 'Voided - mine',
    });
    const deleted = at((await post(receipt([line]))).body, 'SalesReceipt.Id');
    const gone = await post({ Id: deleted, SyncToken: '0' }, '?operation=delete');
    expect(at(gone.body, 'SalesReceipt.status')).toBe('Deleted');
    expect(code(await company.get(`salesreceipt/${String(deleted)}`))).toBe('610');
    expect(await balances(company)).toEqual(before);
  });

  it('lets nothing into closed books, with the code of the setting', async () => {
    const close = { as: 'accountant', do: 'closeBooks', realmId: company.realmId };
    await control(company.sandbox, 'act', { ...close, date: '2026-11-21' });
    const closed = await post(receipt([line]));
    await control(company.sandbox, 'settings', { 'qbo.closedCode': 5010 });
    const twin = await post(receipt([line]));
    await control(company.sandbox, 'act', { ...close, date: null });
    expect([code(closed), code(twin)]).toEqual(['6210', '5010']);
    expect(at(twin.body, 'Fault.Error.0.Message')).toBe('Account Period Closed');
  });

  it('refuses what has been made inactive with 610', async () => {
    const inactive = {
      as: 'accountant',
      do: 'makeInactive',
      realmId: company.realmId,
      entity: 'Item',
      id: '12',
    };
    await control(company.sandbox, 'act', inactive);
    expect(code(await post(receipt([saleLine('12', 1, 'NON')])))).toBe('610');
  });
});

it('needs a tax code on every line outside the US', async () => {
  const company = await startCompany({ country: 'GB', fixture: 'accounting' });
  const bare = {
    Amount: 1,
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: { ItemRef: { value: '11' } },
  };
  expect(code(await company.post('salesreceipt', receipt([bare])))).toBe('6000');
  expect((await company.post('salesreceipt', receipt([saleLine('11', 1, '10')]))).status).toBe(200);
  await company.sandbox.close();
});

it('keeps debits and credits equal over random documents, edits, voids and deletes', async () => {
  const company = await startCompany({ country: 'GB', fixture: 'accounting' });
  const random = createRandom(7);
  const cents = (): number => random.between(1, 99_999) / 100;
  const items = ['11', '12', '31', '33', 'SHIPPING_ITEM_ID'];
  const line = (): object =>
    saleLine(
      items[random.between(0, 4)] ?? '11',
      cents(),
      ['6', '8', '10'][random.between(0, 2)] ?? '6',
    );
  const lines = (): object[] => Array.from({ length: random.between(1, 6) }, line);
  const mode = (): string => (random.next() < 0.5 ? 'TaxExcluded' : 'TaxInclusive');
  for (let round = 0; round < 150; round += 1) {
    const type = random.next() < 0.8 ? 'salesreceipt' : 'refundreceipt';
    const entity = type === 'salesreceipt' ? 'SalesReceipt' : 'RefundReceipt';
    const made = await company.post(type, receipt(lines(), { GlobalTaxCalculation: mode() }));
    const at0 = { Id: at(made.body, `${entity}.Id`), SyncToken: '0', sparse: true };
    const fate = random.next();
    if (fate < 0.2) await company.post(type, { ...at0, Line: lines() });
    else if (fate < 0.3) await company.post(`${type}?operation=update&include=void`, at0);
    else if (fate < 0.4) await company.post(`${type}?operation=delete`, at0);
  }
  const ledger = at(await control(company.sandbox, 'ledger'), `realms.${company.realmId}`);
  const side = (name: string): number =>
    listAt(ledger, 'trialBalance').reduce<number>(
      (sum, row) => sum + Math.round(Number(at(row, name)) * 100),
      0,
    );
  expect(at(ledger, 'isBalanced')).toBe(true);
  expect(side('debit')).toBe(side('credit'));
  expect(side('debit')).toBeGreaterThan(0);
  await company.sandbox.close();
});
