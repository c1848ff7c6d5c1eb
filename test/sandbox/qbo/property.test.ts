import { strict as assert } from 'node:assert';

import { expect, it } from '@jest/globals';

import { isObject, type Json, type JsonObject, objectIn, textIn } from '../../../sandbox/json';
import { createRandom, type Random } from '../../../sandbox/random';
import { ledgerOf } from '../../../sandbox/qbo/books';
import { kindOfName } from '../../../sandbox/qbo/entities/kinds';
import { QboFault } from '../../../sandbox/qbo/fault';
import { write, type WriteOptions } from '../../../sandbox/qbo/objects';
import { type Place } from '../../../sandbox/qbo/place';
import { documentNames, type DocumentName, type Realm } from '../../../sandbox/qbo/realm';
import { resetBody, seededRealm } from '../../../sandbox/qbo/reset';
import { createQboSettings } from '../../../sandbox/qbo/settings';
import { stockValue } from '../../../sandbox/qbo/stock';
import { at, listAt } from '../support';
import { entryLine, expenseLine, goodsLine } from './company';

const documentsPosted = 10_000;
const startMs = Date.parse('2026-11-21T12:00:00Z');

/** A company of one kind, with goods, that is written to without HTTP. */
class Books {
  readonly place: Place;
  readonly realm: Realm;
  readonly refused = new Map<string, number>();
  done = 0;
  private readonly accounts: Record<string, string>;
  private readonly goods: string[] = [];
  private readonly random: Random;
  private readonly codes: string[];

  constructor(kind: string, seed: number) {
    const { realms } = resetBody.parse({
      realms: [
        {
          realmId: '1',
          kind,
          plan: 'Plus',
          fixture: 'accounting',
          preferences: { multiCurrency: true },
        },
      ],
    });
    const [spec] = realms;
    if (spec === undefined) throw new Error('no company');
    const { realm, ids } = seededRealm(spec, startMs);
    const settings = createQboSettings();
    settings.change({ 'qbo.dupDocNumber': false });
    this.realm = realm;
    this.accounts = ids.accounts;
    this.place = { realm, settings: settings.current(), nowMs: startMs, tell: () => undefined };
    this.random = createRandom(seed);
    this.codes = realm.country === 'US' ? ['TAX', 'NON'] : Object.values(ids.taxCodes);
    for (const name of ['Lamp', 'Shade']) this.goods.push(this.newGoods(name));
    this.put('Vendor', { DisplayName: 'Mill' });
  }

  /** One random write: a new document, an edit, a void or a delete. */
  turn(): void {
    const { random } = this;
    const fate = random.next();
    const old = fate < 0.4 ? this.anyDocument() : null;
    this.place.nowMs += random.between(0, 120_000);
    if (old === null) {
      const type = this.pick(documentNames);
      this.attempt(type, this.body(type), 'create');
      return;
    }
    const { type, id, token } = old;
    const named = { Id: id, SyncToken: token };
    if (fate < 0.1) this.attempt(type, named, 'delete');
    else if (fate < 0.2) this.attempt(type, { ...named, sparse: true }, 'void');
    else
      this.attempt(type, { ...this.body(type), ...named, sparse: random.next() < 0.5 }, 'update');
  }

  private attempt(type: string, body: object, operation: WriteOptions['operation']): void {
    try {
      this.put(type, body, operation);
      this.done += 1;
    } catch (error) {
      if (!(error instanceof QboFault)) throw error;
      const key = `${type} ${operation} ${error.error.code}`;
      this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
    }
  }

  private put(
    type: string,
    body: object,
    operation: WriteOptions['operation'] = 'create',
  ): JsonObject {
    const kind = kindOfName(type);
    const plain: unknown = JSON.parse(JSON.stringify(body));
    if (kind === undefined || typeof plain !== 'object' || plain === null) throw new Error(type);
    const sent = Object.fromEntries<Json | undefined>(Object.entries(plain));
    return write(this.place, kind, sent, {
      operation,
      hidden: new Set(),
      isDuplicateNumberAllowed: false,
    });
  }

  private newGoods(name: string): string {
    const account = (of: string): object => ({ value: this.accounts[of] });
    const row = this.put('Item', {
      Name: name,
      Type: 'Inventory',
      QtyOnHand: 20,
      InvStartDate: '2026-01-01',
      PurchaseCost: 3.33,
      UnitPrice: 8,
      IncomeAccountRef: account('Sales of Product Income'),
      ExpenseAccountRef: account('Cost of Goods Sold'),
      AssetAccountRef: account('Inventory asset'),
    });
    return textIn(row, 'Id') ?? '';
  }

  private pick<T>(list: readonly T[]): T {
    const chosen = list[this.random.between(0, list.length - 1)];
    if (chosen === undefined) throw new Error('an empty list');
    return chosen;
  }

  private anyDocument(): { type: DocumentName; id: string; token: string } | null {
    const type = this.pick(documentNames);
    const { rows, nextId } = this.realm.tables[type];
    const row = rows.get(String(this.random.between(1, nextId)));
    return row === undefined ? null : { type, id: row.Id, token: row.SyncToken };
  }

  private cents(max: number): number {
    return this.random.between(1, max) / 100;
  }

  private common(): object {
    const day = String(this.random.between(1, 28)).padStart(2, '0');
    const foreign =
      this.random.next() < 0.1
        ? { CurrencyRef: { value: 'EUR' }, ExchangeRate: this.random.between(70, 150) / 100 }
        : {};
    return { TxnDate: `2026-11-${day}`, PrivateNote: 'property', ...foreign };
  }

  private saleLine(): object {
    const item = this.pick(['11', '12', '31', '33', 'SHIPPING_ITEM_ID', ...this.goods]);
    const quantity = this.random.between(1, 5);
    const price = this.cents(9_999);
    const detail = {
      ItemRef: { value: item },
      TaxCodeRef: { value: this.pick(this.codes) },
      Qty: quantity,
      UnitPrice: price,
    };
    return {
      Amount: Math.round(quantity * price * 100) / 100,
      DetailType: 'SalesItemLineDetail',
      SalesItemLineDetail: detail,
    };
  }

  private sale(): object {
    const lines = Array.from({ length: this.random.between(1, 4) }, () => this.saleLine());
    const discount = {
      Amount: 0.5,
      DetailType: 'DiscountLineDetail',
      DiscountLineDetail: { PercentBased: false },
    };
    const isInclusive = this.random.next() < 0.5;
    return {
      ...this.common(),
      CustomerRef: { value: this.pick(['301', '302']) },
      Line: this.random.next() < 0.2 ? [...lines, discount] : lines,
      ...(this.realm.country === 'US'
        ? {}
        : { GlobalTaxCalculation: isInclusive ? 'TaxInclusive' : 'TaxExcluded' }),
      ...(this.random.next() < 0.5 ? { DepositToAccountRef: { value: '201' } } : {}),
      ...(this.random.next() < 0.5 ? { TxnTaxDetail: { TotalTax: this.cents(500) } } : {}),
    };
  }

  private payment(): object {
    const invoices = this.realm.tables.Invoice;
    const invoice = invoices.rows.get(String(this.random.between(1, invoices.nextId)));
    const customer = objectIn(invoice ?? {}, 'CustomerRef') ?? { value: '301' };
    const amount = this.cents(5_000);
    const linked = { Amount: amount, LinkedTxn: [{ TxnId: invoice?.Id, TxnType: 'Invoice' }] };
    return {
      ...this.common(),
      CustomerRef: { value: customer['value'] },
      TotalAmt: Math.round(amount * 100 + this.random.between(0, 1_000)) / 100,
      Line: invoice === undefined ? [] : [linked],
    };
  }

  private deposit(): object {
    const undeposited = this.accounts['Undeposited Funds'] ?? '';
    const type = this.pick(['Payment', 'SalesReceipt', 'RefundReceipt'] as const);
    const { rows, nextId } = this.realm.tables[type];
    const row = rows.get(String(this.random.between(1, nextId)));
    const isThere =
      isObject(row?.['DepositToAccountRef']) && row['DepositToAccountRef']['value'] === undeposited;
    const total = Number(row?.['TotalAmt'] ?? 0) * (type === 'RefundReceipt' ? -1 : 1);
    const linked = {
      Amount: total,
      LinkedTxn: [{ TxnId: row?.Id, TxnType: type, TxnLineId: '0' }],
    };
    const own = {
      Amount: this.cents(9_999),
      DetailType: 'DepositLineDetail',
      DepositLineDetail: { AccountRef: { value: '201' } },
    };
    return {
      ...this.common(),
      DepositToAccountRef: { value: this.accounts['Bank'] },
      Line: isThere ? [linked, own] : [own],
    };
  }

  private body(type: DocumentName): object {
    const account = (name: string): string => this.accounts[name] ?? '';
    const spent = [
      goodsLine(this.pick(this.goods), this.random.between(1, 9), this.cents(900)),
      expenseLine(account('Office expenses'), this.cents(9_999)),
    ];
    switch (type) {
      case 'Payment':
        return this.payment();
      case 'Deposit':
        return this.deposit();
      case 'Transfer':
        return {
          ...this.common(),
          FromAccountRef: { value: '203' },
          ToAccountRef: { value: '202' },
          Amount: this.cents(9_999),
        };
      case 'JournalEntry': {
        const amount = this.cents(9_999);
        return {
          ...this.common(),
          Line: [
            entryLine('Debit', '203', amount),
            entryLine('Credit', account('Opening Balance Equity'), amount),
          ],
        };
      }
      case 'Purchase':
        return {
          ...this.common(),
          PaymentType: 'Cash',
          AccountRef: { value: '203' },
          Line: spent,
          Credit: this.random.next() < 0.2,
        };
      case 'Bill':
        return { ...this.common(), VendorRef: { value: '1' }, Line: spent };
      case 'InventoryAdjustment':
        return {
          TxnDate: '2026-11-15',
          AdjustAccountRef: { value: account('Inventory Shrinkage') },
          Line: [
            {
              DetailType: 'ItemAdjustmentLineDetail',
              ItemAdjustmentLineDetail: {
                ItemRef: { value: this.pick(this.goods) },
                QtyDiff: this.random.between(-6, 6),
              },
            },
          ],
        };
      case 'SalesReceipt':
      case 'RefundReceipt':
      case 'Invoice':
      case 'CreditMemo':
        return this.sale();
    }
  }

  /** The sum of all accounts, which must be nothing. */
  imbalance(): bigint {
    return [...this.realm.balances.values()].reduce((sum, minor) => sum + minor, 0n);
  }
}

it(`keeps debits and credits equal over ${documentsPosted} random documents, edits, voids and deletes`, () => {
  // Two companies of each kind: many goods documents of one company make each next one slower.
  const kinds = ['usAutomated', 'usManual', 'usNoTax', 'gb', 'ca'];
  for (const [index, kind] of [...kinds, ...kinds].entries()) {
    const books = new Books(kind, 40 + index);
    while (books.done < documentsPosted / 10) {
      books.turn();
      assert.equal(books.imbalance(), 0n);
    }
    checkFromScratch(books.realm);
  }
});

/**
 * The running balances are what the entries add up to, and the stock account is what lies there.
 */
function checkFromScratch(realm: Realm): void {
  const fresh = new Map<string, bigint>();
  for (const { postings } of realm.entries.values()) {
    for (const { accountId, minor } of postings) {
      fresh.set(accountId, (fresh.get(accountId) ?? 0n) + minor);
    }
  }
  for (const [accountId, minor] of realm.balances) {
    expect([accountId, minor]).toEqual([accountId, fresh.get(accountId) ?? 0n]);
  }
  const inventory = [...realm.tables.Account.rows.values()].find(
    (row) => row['Name'] === 'Inventory asset',
  );
  const value = [...realm.stocks.keys()].reduce((sum, id) => sum + stockValue(realm, id), 0n);
  expect(realm.balances.get(inventory?.Id ?? '')).toBe(value);
  const { receivable, payable } = realm.systemAccounts;
  const owed = (list: string): bigint =>
    [...realm.partyBalances].reduce(
      (sum, [party, minor]) => (party.startsWith(list) ? sum + minor : sum),
      0n,
    );
  expect(owed('Customer:')).toBe(realm.balances.get(receivable) ?? 0n);
  expect(owed('Vendor:')).toBe(realm.balances.get(payable) ?? 0n);
  const ledger = ledgerOf(realm);
  expect(at(ledger, 'isBalanced')).toBe(true);
  expect(listAt(ledger, 'documents').length).toBeGreaterThan(500);
}
