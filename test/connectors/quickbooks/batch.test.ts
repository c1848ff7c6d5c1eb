import { expect, test } from '@jest/globals';

import type { Write } from '../../../connectors/contract';
import {
  postedIn,
  snapshotOf,
  type WrittenDocument,
} from '../../../connectors/quickbooks/books/posted';
import { freeze, settle } from '../../../connectors/quickbooks/send/batch';
import { writeText } from '../../../connectors/stored-write';

const written: WrittenDocument = {
  ...{ entity: 'SalesReceipt', id: '', version: null, docNumber: null, money: null },
  ...{ role: 'main', isVoided: false },
};

/**
 * Why a receipt of 20.00 + 2.00 is to be voided when the books answer with this total and tax; null
 * where it is kept.
 */
function voidedFor(total: number, tax: number | undefined, varianceMinor: number): string | null {
  const member: Write = {
    operation: 'create',
    entity: 'SalesReceipt',
    group: 'batch',
    payload: {},
    isLinked: false,
    snapshot: snapshotOf(
      { ...{ net: null, payment: null, voidDue: null }, documents: [written] },
      {},
    ),
    natural: {
      kind: 'document',
      docNumber: null,
      marker: '',
      txnDate: '2026-11-21',
      totalMinor: 2_200,
      taxMinor: 200,
      taxVarianceMinor: varianceMinor,
      currency: 'USD',
      then: 'whole',
    },
  };
  const detail = tax === undefined ? {} : { TxnTaxDetail: { TotalTax: tax } };
  const receipt = { Id: '1', SyncToken: '0', TotalAmt: total, ...detail };
  const text = JSON.stringify({ BatchItemResponse: [{ bId: '1', SalesReceipt: receipt }] });
  const stored = {
    request: freeze('1', [writeText(member)]),
    requestId: 'ts1-0',
    members: [member],
  };
  const answer = settle(stored, { type: 'answer', status: 200, headers: {}, text }, 0);
  const [result] = answer.type === 'answered' ? answer.results : [];
  if (result?.type !== 'accepted') throw new Error(`Unexpected: ${JSON.stringify(answer)}`);
  return postedIn(result.snapshot)?.voidDue?.why ?? null;
}

test.each<[string, number, number | undefined, number, string | null]>([
  ['the total and tax of the ticket', 22, 2, 0, null],
  ['another total', 22.01, 2, 0, 'SalesReceipt 1 has a total of 22.01, the ticket 22.00'],
  ['another tax', 22, 2.01, 0, 'SalesReceipt 1 has 2.01 of tax, the ticket 2.00'],
  ['no tax at all', 22, undefined, 0, 'SalesReceipt 1 has 0 of tax, the ticket 2.00'],
  ['a tax within the variance', 22, 2.02, 2, null],
  ['a tax beyond it', 22, 1.97, 2, 'SalesReceipt 1 has 1.97 of tax, the ticket 2.00'],
])('an answer with %s', (_name, total, tax, varianceMinor, why) => {
  expect(voidedFor(total, tax, varianceMinor)).toBe(why);
});
