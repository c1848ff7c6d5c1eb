import { afterEach, describe, expect, it } from '@jest/globals';

import { at, control, listAt, saleLine, startCompany, type Company } from '../support';
import { accountId, codeOf, detailOf, goods, goodsLine, made, ref } from './company';

/** Rows Q9 to Q16 of quickbooks.md#behaviours. */
let company: Company;
afterEach(() => company.sandbox.close());

const fixture = { kind: 'usAutomated', fixture: 'accounting' };
const form = (extra: object = {}): object => ({
  CustomerRef: ref('301'),
  TxnDate: '2026-11-21',
  Line: [saleLine('11', 10, 'NON')],
  ...extra,
});
const receipt = (extra: object = {}): object => form({ DepositToAccountRef: ref('201'), ...extra });
const linked = (type: string, id: unknown, amount: number): object => ({
  Amount: amount,
  LinkedTxn: [{ TxnId: id, TxnType: type }],
});
const act = (deed: object): Promise<unknown> =>
  control(company.sandbox, 'act', { as: 'accountant', realmId: company.realmId, ...deed });

async function balances(): Promise<Record<string, unknown>> {
  const ledger = await control(company.sandbox, 'ledger');
  const totals = at(ledger, `realms.${company.realmId}.totalsByAccount`) ?? {};
  return Object.fromEntries(Object.entries(totals).filter(([, amount]) => amount !== '0.00'));
}

describe('Q9 names', () => {
  it(
    'a second "(deleted)" gets a number, and a name that was taken meanwhile ' +
      'refuses the return',
    async () => {
      company = await startCompany(fixture);
      const ids: unknown[] = [];
      for (let round = 0; round < 2; round += 1) {
        const { Id } = await made(company, 'Customer', { DisplayName: 'Thrifty Meats' });
        ids.push(Id);
        await made(company, 'Customer', { Id, SyncToken: '0', sparse: true, Active: false });
      }
      await made(company, 'Vendor', { DisplayName: 'thrifty meats' });
      const shown = await company.query(
        "select * from Customer where DisplayName LIKE 'Thrifty%' and Active IN (true,false)",
      );
      expect(
        listAt(shown.body, 'QueryResponse.Customer').map((row) => at(row, 'DisplayName')),
      ).toEqual(['Thrifty Meats (deleted)', 'Thrifty Meats (deleted) 2']);
      const back = await company.post('customer', {
        Id: ids[0],
        SyncToken: '1',
        sparse: true,
        Active: true,
        DisplayName: 'Thrifty Meats',
      });
      expect([codeOf(back), detailOf(back)]).toEqual([
        '6240',
        'The name supplied already exists. : Another vendor is already using this name. ' +
          'Please use a different name.',
      ]);
    },
  );

  it.each([
    ['customer', { DisplayName: 'x'.repeat(501) }, 'Max:500 supported. Supplied length:501'],
    [
      'customer',
      { DisplayName: 'a', Title: 'x'.repeat(17) },
      'Max:16 supported. Supplied length:17',
    ],
    [
      'item',
      { Name: 'x'.repeat(101), Type: 'Service', IncomeAccountRef: ref('211') },
      'Max:100 supported. Supplied length:101',
    ],
    ['paymentmethod', { Name: 'x'.repeat(32) }, 'Max:31 supported. Supplied length:32'],
    [
      'salesreceipt',
      form({ DocNumber: 'x'.repeat(25) }),
      'Min:0 Max:21 supported. Supplied length:25',
    ],
  ])('a text of a %s over its limit is 2050', async (path, body, figures) => {
    company = await startCompany(fixture);
    const answer = await company.post(path, body);
    expect([codeOf(answer), detailOf(answer)]).toEqual(['2050', expect.stringContaining(figures)]);
  });
});

describe('Q10 references', () => {
  it('unknown is 2500; inactive is 610, or 2500 by the setting', async () => {
    company = await startCompany(fixture);
    await act({ do: 'makeInactive', entity: 'Customer', id: '302' });
    const inactive = receipt({ CustomerRef: ref('302') });
    expect(codeOf(await company.post('salesreceipt', receipt({ CustomerRef: ref('999') })))).toBe(
      '2500',
    );
    expect(codeOf(await company.post('salesreceipt', inactive))).toBe('610');
    await control(company.sandbox, 'settings', { 'qbo.inactiveCode': 2500 });
    const twin = await company.post('salesreceipt', inactive);
    expect([codeOf(twin), detailOf(twin)]).toEqual([
      '2500',
      expect.stringContaining('has been made inactive'),
    ]);
  });

  it('a deposited document stays as it is until the deposit lets it go', async () => {
    company = await startCompany(fixture);
    const sale = await made(company, 'SalesReceipt', form());
    const { Id } = sale;
    const deposit = await made(company, 'Deposit', {
      DepositToAccountRef: ref('203'),
      TxnDate: '2026-11-22',
      Line: [linked('SalesReceipt', Id, 10)],
    });
    const { SyncToken } = (at(
      (await company.get(`salesreceipt/${String(Id)}`)).body,
      'SalesReceipt',
    ) ?? {}) as Record<string, string>;
    const named = { Id, SyncToken };
    const refusals = [
      await company.post('salesreceipt', { ...form(), ...named }),
      await company.post('salesreceipt?operation=delete', named),
      await company.post('salesreceipt?operation=update&include=void', named),
    ];
    expect(refusals.map(codeOf)).toEqual(['6540', '6540', '6540']);
    expect(refusals.map(detailOf)).toContain(
      'This transaction has been deposited. If you want to change or delete it, you must ' +
        'first edit the deposit it appears on and remove it.',
    );
    expect(await balances()).toEqual({ Bank: '10.00', 'Sales of Product Income': '-10.00' });
    await company.post('deposit?operation=delete', { Id: deposit['Id'], SyncToken: '0' });
    const { SyncToken: next } = (at(
      (await company.get(`salesreceipt/${String(Id)}`)).body,
      'SalesReceipt',
    ) ?? {}) as Record<string, string>;
    expect(
      (await company.post('salesreceipt?operation=delete', { Id, SyncToken: next })).status,
    ).toBe(200);
  });

  it(
    'a void of a linked payment opens the invoice again; a void of the invoice ' +
      'frees the payment',
    async () => {
      company = await startCompany(fixture);
      const invoice = await made(company, 'Invoice', form());
      const pay = (): Promise<Record<string, unknown>> =>
        made(company, 'Payment', {
          CustomerRef: ref('301'),
          TxnDate: '2026-11-22',
          TotalAmt: 10,
          Line: [linked('Invoice', invoice['Id'], 10)],
        });
      const first = await pay();
      const voided = await made(
        company,
        'Payment',
        { Id: first['Id'], SyncToken: '0', sparse: true },
        '?operation=update&include=void',
      );
      expect(voided).toMatchObject({ TotalAmt: 0, UnappliedAmt: 0, PrivateNote: 'Voided' });
      const open = at((await company.get(`invoice/${String(invoice['Id'])}`)).body, 'Invoice');
      expect(open).toMatchObject({ Balance: 10, SyncToken: '2' });
      const second = await pay();
      await made(company, 'Invoice', { Id: invoice['Id'], SyncToken: '3' }, '?operation=void');
      const freed = at((await company.get(`payment/${String(second['Id'])}`)).body, 'Payment');
      expect(freed).toMatchObject({ UnappliedAmt: 10, TotalAmt: 10 });
      expect(freed).not.toHaveProperty('Line');
      expect(await balances()).toEqual({
        'Undeposited Funds': '10.00',
        'Accounts Receivable (A/R)': '-10.00',
      });
    },
  );
});

it(
  'Q11 document numbers: ours is kept, or null if absent; without custom ' +
    'numbers QuickBooks counts',
  async () => {
    company = await startCompany({ ...fixture, preferences: { customTxnNumbers: true } });
    expect(await made(company, 'SalesReceipt', receipt())).not.toHaveProperty('DocNumber');
    expect(await made(company, 'SalesReceipt', receipt({ DocNumber: 'W-1' }))).toHaveProperty(
      'DocNumber',
      'W-1',
    );
    expect(codeOf(await company.post('salesreceipt', receipt({ DocNumber: 'W-1' })))).toBe('6140');
    await act({ do: 'setPreferences', set: { customTxnNumbers: false } });
    const own = [
      await made(company, 'SalesReceipt', receipt()),
      await made(company, 'SalesReceipt', receipt()),
    ];
    expect(own.map((row) => row['DocNumber'])).toEqual(['1001', '1002']);
    const batch = await company.post('batch', {
      BatchItemRequest: [
        {
          bId: '1',
          operation: 'create',
          optionsData: 'allowduplicatedocnum',
          SalesReceipt: receipt({ DocNumber: 'W-1' }),
        },
      ],
    });
    expect(at(batch.body, 'BatchItemResponse.0.SalesReceipt.DocNumber')).toBe('W-1');
  },
);

it('Q12 totals come from the lines; the amount must fit; a sub-total is added', async () => {
  company = await startCompany(fixture);
  const line = saleLine('11', 3.33, 'NON', { Qty: 3, UnitPrice: 1.11 });
  const sale = await made(
    company,
    'SalesReceipt',
    receipt({
      TotalAmt: 1,
      Line: [line, { Amount: 9, DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} }],
    }),
  );
  expect(sale).toMatchObject({ TotalAmt: 3.33 });
  expect(listAt(sale, 'Line').map((one) => [at(one, 'DetailType'), at(one, 'Amount')])).toEqual([
    ['SalesItemLineDetail', 3.33],
    ['SubTotalLineDetail', 3.33],
  ]);
  const wrong = await company.post(
    'salesreceipt',
    receipt({ Line: [saleLine('11', 3.34, 'NON', { Qty: 3, UnitPrice: 1.11 })] }),
  );
  expect([codeOf(wrong), detailOf(wrong)]).toEqual([
    '6070',
    'Amount is not equal to Qty * UnitPrice. Supplied value:3.34',
  ]);
});

describe('Q13 tax', () => {
  const taxOf = async (body: object): Promise<unknown> => {
    const sale = await made(company, 'SalesReceipt', body);
    return [at(sale, 'TxnTaxDetail.TotalTax'), sale['TotalAmt']];
  };
  const discount = {
    Amount: 10,
    DetailType: 'DiscountLineDetail',
    DiscountLineDetail: { PercentBased: false },
  };

  it(
    'automated: an explicit total counts, else the engine; a discount counts ' + 'when asked',
    async () => {
      company = await startCompany(fixture);
      const line = saleLine('11', 100, 'TAX');
      expect(await taxOf(receipt({ Line: [line] }))).toEqual([8.88, 108.88]);
      expect(await taxOf(receipt({ Line: [line], TxnTaxDetail: { TotalTax: 5 } }))).toEqual([
        5, 105,
      ]);
      expect(await taxOf(receipt({ Line: [line, discount] }))).toEqual([8.88, 98.88]);
      expect(await taxOf(receipt({ Line: [line, discount], ApplyTaxAfterDiscount: true }))).toEqual(
        [7.99, 97.99],
      );
      const replaced = await made(
        company,
        'SalesReceipt',
        receipt({ Line: [line], TxnTaxDetail: { TxnTaxCodeRef: ref('99') } }),
      );
      expect(at(replaced, 'TxnTaxDetail.TxnTaxCodeRef.value')).toBe('2');
      expect(
        codeOf(await company.post('salesreceipt', receipt({ Line: [saleLine('11', 1, '2')] }))),
      ).toBe('6100');
    },
  );

  it('manual: the code of the document counts', async () => {
    company = await startCompany({ kind: 'usManual', fixture: 'accounting', automatedRate: '1' });
    const line = saleLine('11', 100, 'TAX');
    expect(
      await taxOf(receipt({ Line: [line], TxnTaxDetail: { TxnTaxCodeRef: ref('2') } })),
    ).toEqual([8.88, 108.88]);
  });

  it('no sales tax: TxnTaxDetail is ignored and not stored', async () => {
    company = await startCompany({ kind: 'usNoTax', fixture: 'accounting' });
    const sale = await made(
      company,
      'SalesReceipt',
      receipt({ Line: [saleLine('11', 100, 'TAX')], TxnTaxDetail: { TotalTax: 5 } }),
    );
    expect(sale).toMatchObject({ TotalAmt: 100 });
    expect(sale).not.toHaveProperty('TxnTaxDetail');
  });

  it(
    'not US: rounded on the sub-total of a rate, a code on every line, gross ' + 'totals hold',
    async () => {
      company = await startCompany({ kind: 'gb', fixture: 'accounting' });
      const lines = [saleLine('11', 0.13, '6'), saleLine('12', 0.13, '6'), saleLine('31', 1, '10')];
      // 0.26 x 20 %, not 2 x 0.03
      expect(await taxOf(receipt({ Line: lines }))).toEqual([0.05, 1.31]);
      const gross = saleLine('11', 16.64, '6', { TaxInclusiveAmt: 19.97 });
      expect(await taxOf(receipt({ Line: [gross], GlobalTaxCalculation: 'TaxInclusive' }))).toEqual(
        [3.33, 19.97],
      );
      const bare = {
        Amount: 1,
        DetailType: 'SalesItemLineDetail',
        SalesItemLineDetail: { ItemRef: ref('11') },
      };
      expect(codeOf(await company.post('salesreceipt', receipt({ Line: [bare] })))).toBe('6000');
      expect(await taxOf(receipt({ Line: [bare], GlobalTaxCalculation: 'NotApplicable' }))).toEqual(
        [undefined, 1],
      );
    },
  );
});

it(
  'Q14 no negative total; no account means Undeposited Funds; a refund must ' + 'name one',
  async () => {
    company = await startCompany(fixture);
    expect(
      codeOf(await company.post('salesreceipt', receipt({ Line: [saleLine('11', -1, 'NON')] }))),
    ).toBe('6000');
    await made(company, 'SalesReceipt', form());
    expect(await balances()).toMatchObject({ 'Undeposited Funds': '10.00' });
    expect(codeOf(await company.post('refundreceipt', form()))).toBe('2020');
  },
);

describe('Q15 inventory', () => {
  const quantity = async (id: unknown): Promise<unknown> =>
    at((await company.get(`item/${String(id)}`)).body, 'Item.QtyOnHand');

  it('goods move with sale, bill, return and count, and cost what the oldest cost', async () => {
    company = await startCompany({ ...fixture, plan: 'Plus' });
    const vendor = await made(company, 'Vendor', { DisplayName: 'Mill' });
    const { Id } = await goods(company); // 10 at 3.00
    await made(company, 'Bill', {
      VendorRef: ref(vendor['Id']),
      TxnDate: '2026-11-02',
      Line: [goodsLine(Id, 10, 5)],
    });
    const line = (qty: number): object =>
      saleLine(String(Id), qty * 8, 'NON', { Qty: qty, UnitPrice: 8 });
    await made(company, 'SalesReceipt', receipt({ Line: [line(12)] })); // 10 x 3 + 2 x 5
    expect(await quantity(Id)).toBe(8);
    expect(await balances()).toMatchObject({
      'Cost of Goods Sold': '40.00',
      'Inventory asset': '40.00',
    });
    await made(company, 'RefundReceipt', receipt({ Line: [line(3)] })); // back at what they cost
    expect(await quantity(Id)).toBe(11);
    expect(await balances()).toMatchObject({
      'Cost of Goods Sold': '30.00',
      'Inventory asset': '50.00',
    });
    await made(company, 'InventoryAdjustment', {
      TxnDate: '2026-11-25',
      AdjustAccountRef: ref(accountId(company, 'Inventory Shrinkage')),
      Line: [
        {
          DetailType: 'ItemAdjustmentLineDetail',
          ItemAdjustmentLineDetail: { ItemRef: ref(Id), QtyDiff: -1 },
        },
      ],
    });
    expect(await quantity(Id)).toBe(10);
    expect(await balances()).toMatchObject({
      'Inventory Shrinkage': '5.00',
      'Inventory asset': '45.00',
    });
  });

  it(
    'a sale of what is not there yet is costed anew when it comes, also when a ' +
      'bill is dated back',
    async () => {
      company = await startCompany({ ...fixture, plan: 'Plus' });
      const vendor = await made(company, 'Vendor', { DisplayName: 'Mill' });
      const { Id } = await goods(company, { QtyOnHand: 0 });
      await made(
        company,
        'SalesReceipt',
        receipt({ Line: [saleLine(String(Id), 16, 'NON', { Qty: 2, UnitPrice: 8 })] }),
      );
      expect([await quantity(Id), (await balances())['Cost of Goods Sold']]).toEqual([-2, '6.00']);
      const bill = (date: string, price: number): Promise<unknown> =>
        made(company, 'Bill', {
          VendorRef: ref(vendor['Id']),
          TxnDate: date,
          Line: [goodsLine(Id, 5, price)],
        });
      await bill('2026-11-29', 4);
      expect(await balances()).toMatchObject({
        'Cost of Goods Sold': '8.00',
        'Inventory asset': '12.00',
      });
      await bill('2026-11-01', 1);
      expect(await balances()).toMatchObject({
        'Cost of Goods Sold': '2.00',
        'Inventory asset': '23.00',
      });
    },
  );

  it(
    'no sale before InvStartDate; a quantity in an update is an adjustment; ' + 'the plan decides',
    async () => {
      company = await startCompany({ ...fixture, plan: 'Plus' });
      const { Id } = await goods(company);
      const early = await company.post(
        'salesreceipt',
        receipt({ TxnDate: '2025-12-31', Line: [saleLine(String(Id), 8, 'NON')] }),
      );
      expect([codeOf(early), detailOf(early)]).toEqual([
        '6000',
        expect.stringContaining('prior to start date'),
      ]);
      await made(company, 'Item', {
        Id,
        SyncToken: '0',
        sparse: true,
        QtyOnHand: 4,
        InvStartDate: '2026-11-20',
      });
      expect(await quantity(Id)).toBe(4);
      expect(await balances()).toMatchObject({
        'Inventory Shrinkage': '18.00',
        'Inventory asset': '12.00',
      });
      const kept = at((await company.get(`item/${String(Id)}`)).body, 'Item.InvStartDate');
      expect(kept).toBe('2026-01-01');
      await company.sandbox.close();
      company = await startCompany(fixture);
      await expect(goods(company)).rejects.toThrow('5020');
    },
  );
});

it(
  'Q16 closed books take no create, update, delete or void, unless they are ' + 'closed softly',
  async () => {
    company = await startCompany(fixture);
    const sale = await made(company, 'SalesReceipt', receipt());
    await act({ do: 'closeBooks', date: '2026-11-21' });
    const named = { Id: sale['Id'], SyncToken: '0' };
    const answers = [
      await company.post('salesreceipt', receipt()),
      await company.post('salesreceipt', { ...receipt({ TxnDate: '2026-11-30' }), ...named }),
      await company.post('salesreceipt?operation=delete', named),
      await company.post('salesreceipt?operation=update&include=void', named),
      await company.post('transfer', {
        FromAccountRef: ref('203'),
        ToAccountRef: ref('202'),
        Amount: 1,
        TxnDate: '2026-11-01',
      }),
    ];
    expect(answers.map(codeOf)).toEqual(['6210', '6210', '6210', '6210', '6210']);
    expect((await company.post('salesreceipt', receipt({ TxnDate: '2026-11-22' }))).status).toBe(
      200,
    );
    await control(company.sandbox, 'settings', { 'qbo.closedSoft': true });
    expect((await company.post('salesreceipt', receipt())).status).toBe(200);
  },
);
