import { expect, test } from '@jest/globals';

import type { Write } from '../../../connectors/contract';
import { freeze, settle } from '../../../connectors/quickbooks/send/batch';
import { writeText } from '../../../connectors/stored-write';

/** What a receipt of 20.00 + 2.00 comes to when the books answer with this total and tax. */
function settled(total: number, tax: number | undefined, varianceMinor: number): unknown {
  const member: Write = {
    operation: 'create',
    entity: 'SalesReceipt',
    group: 'batch',
    payload: {},
    isLinked: false,
    snapshot: {},
    natural: {
      kind: 'document',
      docNumber: null,
      marker: '',
      txnDate: '2026-11-21',
      totalMinor: 2_200,
      taxMinor: 200,
      taxVarianceMinor: varianceMinor,
      currency: 'USD',
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
  return answer.type === 'answered' ? answer.results[0] : answer;
}

test.each<[string, number, number | undefined, number, object]>([
  ['the total and tax of the ticket', 22, 2, 0, { type: 'accepted' }],
  ['another total', 22.01, 2, 0, { type: 'ambiguous', reason: 'totals_differ_in_books' }],
  ['another tax', 22, 2.01, 0, { type: 'ambiguous', reason: 'totals_differ_in_books' }],
  ['no tax at all', 22, undefined, 0, { type: 'ambiguous', reason: 'totals_differ_in_books' }],
  ['a tax within the variance', 22, 2.02, 2, { type: 'accepted' }],
  ['a tax beyond it', 22, 1.97, 2, { type: 'ambiguous', reason: 'totals_differ_in_books' }],
])(
  'a document that an older version sent, with %s',
  (_name, total, tax, varianceMinor, expected) => {
    expect(settled(total, tax, varianceMinor)).toMatchObject(expected);
  },
);
