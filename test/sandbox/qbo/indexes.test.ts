import { expect, it } from '@jest/globals';

import { type JsonObject } from '../../../sandbox/json';
import { kindOfName } from '../../../sandbox/qbo/entities/kinds';
import { write } from '../../../sandbox/qbo/objects';
import { type Place } from '../../../sandbox/qbo/place';
import { runQuery } from '../../../sandbox/qbo/query';
import { resetBody, seededRealm } from '../../../sandbox/qbo/reset';
import { createQboSettings } from '../../../sandbox/qbo/settings';
import { at, listAt, saleLine } from '../support';

const startMs = Date.parse('2026-11-21T12:00:00Z');

/** A company with sales of 28 days, one a minute. */
function companyWithSales(): Place {
  const { realms } = resetBody.parse({ realms: [{ realmId: '1', fixture: 'accounting' }] });
  const [spec] = realms;
  const kind = kindOfName('SalesReceipt');
  if (spec === undefined || kind === undefined) throw new Error('no company');
  const { realm } = seededRealm(spec, startMs);
  const settings = createQboSettings().current();
  const place: Place = { realm, settings, nowMs: startMs, tell: () => undefined };
  for (let sale = 1; sale <= 28; sale += 1) {
    place.nowMs += 60_000;
    const body = {
      CustomerRef: { value: '301' },
      TxnDate: `2026-11-${String(sale).padStart(2, '0')}`,
      DocNumber: `W-${sale}`,
      Line: [saleLine('11', 1, 'NON')],
    };
    const sent = JSON.parse(JSON.stringify(body)) as JsonObject; // what was written as JSON
    write(place, kind, sent, {
      operation: 'create',
      hidden: new Set(),
      isDuplicateNumberAllowed: false,
    });
  }
  return place;
}

it.each([
  ["select * from SalesReceipt where Id = '7'", ['W-7']],
  ["select * from SalesReceipt where DocNumber IN ('W-3','W-9')", ['W-3', 'W-9']],
  ["select * from SalesReceipt where TxnDate = '2026-11-05'", ['W-5']],
  ["select * from SalesReceipt where TxnDate >= '2026-11-27'", ['W-27', 'W-28']],
  [
    "select * from SalesReceipt where TxnDate > '2026-11-10' and TxnDate <= '2026-11-12'",
    ['W-11', 'W-12'],
  ],
  ["select * from SalesReceipt where MetaData.LastUpdatedTime > '2026-11-21T12:27:00Z'", ['W-28']],
  [
    "select * from SalesReceipt where MetaData.LastUpdatedTime = '2026-11-21T04:04:00-08:00'",
    ['W-4'],
  ],
  ["select * from Customer where DisplayName = 'jo day'", [undefined]],
  ["select * from Item where Sku = 'MUG'", [undefined]],
])('%s reads no more than it needs', (statement, expected) => {
  const { realm, settings } = companyWithSales();
  const [, entity = ''] = /from (\w+)/.exec(statement) ?? [];
  const { rows } = realm.tables[entity as 'SalesReceipt' | 'Customer' | 'Item'];
  rows.values = () => {
    throw new Error('every row was read');
  };
  let reads = 0;
  const get = rows.get.bind(rows);
  rows.get = (id) => {
    reads += 1;
    return get(id);
  };
  const found = listAt(runQuery(realm, statement, settings), entity);
  expect(found.map((row) => at(row, 'DocNumber'))).toEqual(expected);
  expect(reads).toBeLessThanOrEqual(expected.length + 2); // a bound may let its neighbour in
});

it('objects are replaced, never changed in place: a copy of the Maps is a snapshot', () => {
  const { realm } = companyWithSales();
  const frozen = [
    ...realm.tables.SalesReceipt.rows.values(),
    ...realm.tables.Account.rows.values(),
    ...realm.entries.values(),
  ];
  expect(frozen.length).toBeGreaterThan(50);
  expect(frozen.filter((one) => !Object.isFrozen(one))).toEqual([]);
});
