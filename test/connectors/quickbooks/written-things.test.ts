import { expect, test } from '@jest/globals';

import { afterWrite } from '../../../connectors/quickbooks/send/after-write';
import { adopted } from '../../../connectors/quickbooks/plan/planned';
import {
  snapshotOf,
  type Posted,
  type WrittenDocument,
} from '../../../connectors/quickbooks/books/posted';

// Others refer to the document of the sale itself; what was written, or found to be, is told beside
// it, so that the journal leads back from its id.

const document = (id: string, changes: Partial<WrittenDocument> = {}): WrittenDocument => ({
  entity: 'SalesReceipt',
  id,
  version: '0',
  docNumber: null,
  role: 'main',
  isVoided: false,
  money: null,
  ...changes,
});
const of = (...documents: WrittenDocument[]): Posted => ({
  documents,
  net: null,
  payment: null,
  voidDue: null,
});
const difference = { role: 'difference', entity: 'RefundReceipt' } as const;

const written = (posted: Posted, entity: 'SalesReceipt' | 'RefundReceipt', id: string): unknown => {
  const natural = {
    kind: 'document',
    docNumber: null,
    marker: 'm',
    totalMinor: 500,
    currency: 'USD',
    txnDate: '2026-11-20',
    then: 'whole',
  };
  const write = {
    operation: 'create',
    entity,
    group: 'batch',
    payload: {},
    isLinked: false,
    snapshot: snapshotOf(posted, {}),
    natural,
  } as const;
  return afterWrite(write, { id, version: '3' }, { Id: id, SyncToken: '3', TotalAmt: 5 });
};

test.each<[string, Posted, string, string | undefined]>([
  ['the sale itself', of(document('7')), '7', undefined],
  ['a difference of it', of(document('7'), document('9', difference)), '7', '9'],
  [
    'one that nothing stands beside',
    of(document('7', { isVoided: true }), document('9', difference)),
    '9',
    undefined,
  ],
])('found in the books: %s', (_name, posted, remoteId, id) => {
  const composed = adopted(posted, {}, true);
  expect(composed).toMatchObject({ type: 'adopt', remoteId });
  expect('written' in composed ? composed.written : undefined).toEqual(
    id === undefined ? undefined : { id, version: '0' },
  );
});

test('what was written is told where it is not the document of the sale, of equal ids by its kind', () => {
  const main = document('7');
  expect(written(of(document('')), 'SalesReceipt', '7')).not.toHaveProperty('written');
  expect(written(of(main, document('', difference)), 'RefundReceipt', '9')).toMatchObject({
    remoteId: '7',
    written: { id: '9', version: '3' },
  });
  expect(written(of(main, document('', difference)), 'RefundReceipt', '7')).toMatchObject({
    remoteId: '7',
    written: { id: '7', version: '3' },
  });
});
