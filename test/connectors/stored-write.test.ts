import { expect, test } from '@jest/globals';

import type { FrozenRequest, KeptWrite, Write, WriteText } from '../../connectors/contract';
import * as quickbooks from '../../connectors/quickbooks/send/batch';
import { keptWrite, storedWrite, writeText } from '../../connectors/stored-write';
import * as woo from '../../connectors/woocommerce/push/batch';
import type { JsonObject } from '../../domain/words';

interface Batches {
  freeze: (writes: readonly WriteText[]) => FrozenRequest;
  payloadsIn: (request: FrozenRequest, writes: readonly KeptWrite[]) => JsonObject[];
}

const systems: [string, Batches][] = [
  ['WooCommerce', woo],
  [
    'QuickBooks',
    {
      freeze: (writes) => quickbooks.freeze('1', writes),
      payloadsIn: ({ body }, writes) => quickbooks.payloadsIn(body, writes),
    },
  ],
];

function write(operation: Write['operation'], entity: string, payload: JsonObject): Write {
  return {
    operation,
    entity,
    payload,
    group: 'batch',
    isLinked: false,
    snapshot: { a: 1 },
    natural: { kind: 'update' },
  };
}

test.each(systems)('what a send to %s keeps has its payloads in the request', (_name, batches) => {
  const writes = [
    write('update', 'Customer', { id: 7, name: "O'Brien \u2028", nested: { list: [1.5, null] } }),
    write('create', 'Item', { sku: 'a' }),
    write('update', 'Item', { id: 8 }),
    write('create', 'SalesReceipt', { sku: 'b', Line: [{ Amount: 0.1 }] }),
  ];
  const kept = writes.map(keptWrite).map((one): unknown => JSON.parse(JSON.stringify(one)));
  expect(JSON.stringify(kept)).not.toContain('payload');
  const read = kept.map((one) => storedWrite.parse(one));
  const payloads = batches.payloadsIn(batches.freeze(writes.map(writeText)), read);
  expect(read.map((one, index) => ({ ...one, payload: payloads[index] }))).toEqual(writes);
});

test.each(systems)(
  'a request to %s that lacks a write of its send is no guess',
  (_name, batches) => {
    const one = write('create', 'Item', { sku: 'a' });
    const request = batches.freeze([writeText(one)]);
    expect(() => batches.payloadsIn(request, [one, one])).toThrow();
  },
);
