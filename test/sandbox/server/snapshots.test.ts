import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import {
  frozen,
  packState,
  type PackedState,
  shared,
  unpackState,
} from '../../../sandbox/server/state-copy';
import { control, startCompany, startShop, textAt, type Company, type Shop } from '../support';

describe('a copy of a state', () => {
  const copy = (state: unknown): unknown => unpackState(packState(state));

  it('is the same in every kind of plain data', () => {
    const state = {
      map: new Map<string, unknown>([
        ['a', { n: 1, list: [1, [2]] }],
        ['b', null],
      ]),
      numbers: new Map([[1, new Set(['x'])]]),
      exact: 12n,
      missing: undefined,
      row: frozen({ deep: { er: [1] } }),
    };
    expect(copy(state)).toEqual(state);
  });

  it('shares what is frozen and nothing else', () => {
    const row = frozen({ Id: '1', Line: [{ Amount: 1 }] });
    const state = { rows: new Map([['1', row]]), free: { list: [{ n: 1 }] }, set: new Set([1]) };
    const packed = packState(state);
    state.rows.delete('1');
    state.free.list.push({ n: 2 });
    for (const one of state.free.list) one.n = 9;
    state.set.add(2);
    const first = unpackState(packed) as typeof state;
    expect(first.rows.get('1')).toBe(row);
    expect([first.free, first.set]).toEqual([{ list: [{ n: 1 }] }, new Set([1])]);
    first.free.list.push({ n: 3 });
    expect(unpackState(packed)).toMatchObject({ free: { list: [{ n: 1 }] } });
  });

  it('shares what is marked, without freezing it', () => {
    const row = { n: 1 };
    shared(row);
    const copied = copy(new Map([[1, row]])) as Map<number, object>;
    expect(copied.get(1)).toBe(row);
    expect(Object.isFrozen(row)).toBe(false);
  });

  it('keeps one thing in two places one thing', () => {
    const product = { stock: 1 };
    const copied = copy({ byId: new Map([[7, product]]), bySku: new Map([['A', product]]) }) as {
      byId: Map<number, object>;
      bySku: Map<string, object>;
    };
    expect(copied.byId.get(7)).toBe(copied.bySku.get('A'));
    expect(copied.byId.get(7)).not.toBe(product);
  });

  it('freezes through and through, and only plain data', () => {
    const row = frozen({ Line: [{ Amount: 1 }] });
    expect(() => {
      for (const line of row.Line) line.Amount = 2;
    }).toThrow(TypeError);
    expect(() => frozen({ index: new Map() })).toThrow('Map cannot be frozen');
  });

  it('refuses what could not be built again', () => {
    expect(() => packState({ at: new Date() })).toThrow('the state holds a Date');
    expect(() => packState({ run: () => 1 })).toThrow('the state holds a function');
  });
});

describe('snapshots of a company', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany({ country: 'US', fixture: 'accounting' });
  });
  afterEach(() => company.sandbox.close());

  const sale = (docNumber: string, amount: number): object => ({
    CustomerRef: { value: '301' },
    DocNumber: docNumber,
    DepositToAccountRef: { value: '201' },
    Line: [
      {
        Amount: amount,
        DetailType: 'SalesItemLineDetail',
        SalesItemLineDetail: { ItemRef: { value: '11' } },
      },
    ],
  });
  /** Everything that can be seen of a company. */
  const everything = async (): Promise<unknown> => [
    await control(company.sandbox, 'ledger'),
    (await company.query('select * from SalesReceipt')).body,
    (await company.query('select * from Invoice')).body,
    (await company.query('select * from Payment')).body,
    (await company.query('select * from Customer')).body,
    (await company.query('select * from Item')).body,
    (await company.query('select * from Account')).body,
  ];

  it('whatever is done after it, a restore brings everything back, more than once', async () => {
    await control(company.sandbox, 'clock', { now: '2026-03-01T10:00:00Z', rate: 0 });
    const made = await company.post('salesreceipt?requestid=r1', sale('1', 10));
    const id = textAt(made.body, 'SalesReceipt.Id');
    await company.post('customer', { DisplayName: 'Kept' });
    const { CustomerRef, Line } = sale('', 30) as Record<string, unknown>;
    const invoice = await company.post('invoice', { CustomerRef, Line });
    const invoiceId = textAt(invoice.body, 'Invoice.Id');
    const before = withoutTime(await everything());
    await control(company.sandbox, 'snapshot', {});
    for (let round = 0; round < 2; round += 1) {
      await company.post(`salesreceipt`, {
        Id: id,
        SyncToken: '0',
        sparse: true,
        ...sale('1', 99),
      });
      await company.post('salesreceipt', sale('2', 20));
      await company.post('payment', {
        CustomerRef: { value: '301' },
        TotalAmt: 5,
        Line: [{ Amount: 5, LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] }],
      });
      await company.post(`salesreceipt?operation=delete`, { Id: id, SyncToken: '1' });
      await company.post('customer', { Id: '301', SyncToken: '0', sparse: true, DisplayName: 'X' });
      await control(company.sandbox, 'act', {
        as: 'accountant',
        do: 'closeBooks',
        realmId: company.realmId,
        date: '2026-02-28',
      });
      expect(withoutTime(await everything())).not.toEqual(before);
      await control(company.sandbox, 'restore', {});
      expect(withoutTime(await everything())).toEqual(before);
      expect((await company.post('salesreceipt?requestid=r1', sale('9', 9))).text).toBe(made.text);
    }
  });
});

describe('snapshots of a shop', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop();
  });
  afterEach(() => shop.sandbox.close());

  it('whatever is done after it, a restore brings everything back, more than once', async () => {
    const created = await shop.call('POST', '/wc/v3/products', {
      sku: 'A',
      regular_price: '5.00',
      manage_stock: true,
      stock_quantity: 10,
      meta_data: [{ key: 'k', value: { deep: ['x'] } }],
    });
    await shop.call('POST', '/wc/v3/products', { sku: 'B' });
    const order = {
      line_items: [{ product_id: (created.body as { id: number }).id, quantity: 2 }],
    };
    const ordered = await shop.call('POST', '/wc/v3/orders', order);
    const orderPath = `/wc/v3/orders/${String((ordered.body as { id: number }).id)}`;
    const everything = async (): Promise<unknown> => [
      (await shop.call('GET', '/wc/v3/orders')).body,
      (await shop.call('GET', '/wc/v3/customers')).body,
      await control(shop.sandbox, 'stock'),
      (await shop.call('GET', '/wc/v3/products?_fields=id,sku,name,meta_data,stock_quantity')).body,
    ];
    const path = `/wc/v3/products/${String((created.body as { id: number }).id)}`;
    const before = await everything();
    await control(shop.sandbox, 'snapshot', {});
    for (let round = 0; round < 2; round += 1) {
      freezeShared(shop.sandbox.exportSaved().state);
      await control(shop.sandbox, 'act', { as: 'shopper', do: 'sell', store: 'shop', sku: 'A' });
      await control(shop.sandbox, 'act', {
        as: 'plugin',
        do: 'setPrice',
        store: 'shop',
        sku: 'A',
        price: '1',
      });
      await shop.call('PUT', path, { name: 'New', meta_data: [{ key: 'k', value: 'flat' }] });
      freezeShared(shop.sandbox.exportSaved().state); // what was replaced meanwhile is new
      const paid = await shop.call('PUT', orderPath, {
        status: 'processing',
        customer_note: 'soon',
      });
      await shop.call('POST', `${orderPath}/refunds`, { amount: '1.00', api_refund: false });
      await shop.call('POST', '/wc/v3/orders', order);
      await shop.call('POST', '/wc/v3/customers', { email: 'a@example.com' });
      freezeShared(shop.sandbox.exportSaved().state);
      const ended = await shop.call('PUT', orderPath, {
        status: 'cancelled',
        billing: { city: 'York' },
      });
      expect([paid.status, ended.status]).toEqual([200, 200]);
      await shop.call('DELETE', path);
      await shop.call('POST', '/wc/v3/products', { sku: 'C' });
      expect(await everything()).not.toEqual(before);
      await control(shop.sandbox, 'restore', {});
      expect(await everything()).toEqual(before);
    }
    expect((await shop.call('POST', '/wc/v3/products', { sku: 'C' })).status).toBe(201);
  });
});

/** From now on a change in place of what snapshots share throws inside the sandbox. */
function freezeShared(packed: PackedState): void {
  if (typeof packed !== 'object' || packed === null) return;
  if (packed.kind === 'shared') frozen(packed.value);
  else if (packed.kind !== 'frozen') packed.values.forEach(freezeShared);
}

/** Answers carry the time they were made at. */
function withoutTime(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/"time":"[^"]*"/g, '"time":""'));
}
