import { describe, expect, test } from '@jest/globals';
import type { StoredSend } from '../../../connectors/contract';
import { snapshotOf } from '../../../connectors/quickbooks/books/posted';
import { settle } from '../../../connectors/quickbooks/send/batch';
import {
  contentOf,
  meaningOf,
  readJson,
  wholeOutcome,
} from '../../../connectors/quickbooks/api/errors';
import { answer, readText } from '../recording';

const nowMs = 0;
const fault = (code: string, message: string, detail = ''): string =>
  JSON.stringify({
    Fault: {
      Error: [{ Message: message, Detail: detail, code, element: '' }],
      type: 'ValidationFault',
    },
    time: '',
  });
const gateway =
  '{"warnings":null,"fault":{"error":[{"message":"message=AuthenticationFailed; ' +
  'errorCode=003200; statusCode=401","detail":"Malformed bearer token: too short or too ' +
  'long","code":"3200","element":null}],"type":"AUTHENTICATION"},"batchItemResponse":[]}';

describe('a code has its class, with its text where it has two meanings', () => {
  test.each([
    [500, 'Unsupported Operation', 'BUG'],
    [600, 'Duplicate Request ID', 'DUPLICATE'],
    [610, "Object Not Found : Something you're trying to use has been made inactive.", 'REFERENCE'],
    [610, 'Object Not Found: Another user has deleted this transaction.', 'GONE'],
    [620, '', 'BUSINESS'],
    [630, '', 'DUPLICATE'],
    [700, '', 'BUSINESS'],
    [1000, '', 'SERVER'],
    [1040, '', 'BUG'],
    [2010, '', 'BUG'],
    [2020, '', 'BUG'],
    [2030, '', 'REFERENCE'],
    [2040, '', 'DATA'],
    [2050, '', 'DATA'],
    [2080, '', 'BUG'],
    [2170, '', 'BUG'],
    [2210, '', 'DATA'],
    [2500, 'Invalid Reference Id', 'REFERENCE'],
    [4000, '', 'BUG'],
    [4001, '', 'BUG'],
    [5010, 'Stale Object Error', 'STALE'],
    [5010, 'Account Period Closed / The account period has closed.', 'CLOSED'],
    [5020, '', 'CAPABILITY'],
    [6000, 'A business validation error has occurred', 'BUSINESS'],
    [6070, '', 'BUG'],
    [6080, '', 'DATA'],
    [6100, '', 'BUG'],
    [6140, 'Duplicate Document Number Error', 'DUPLICATE'],
    [6210, 'Account Period Closed', 'CLOSED'],
    [6210, 'Duplicate Document Number Error', 'DUPLICATE'],
    [6240, 'Duplicate Name Exists Error', 'DUPLICATE'],
    [6540, '', 'LOCKED'],
    [6560, '', 'BUG'],
    [10_000, '', 'SERVER'],
    [550, '', 'BUG'],
    [1999, '', 'BUSINESS'],
    [3999, '', 'DATA'],
    [9999, '', 'BUSINESS'],
    [20_000, '', 'SERVER'],
  ])('%i %s is %s', (code, message, failureClass) => {
    expect(meaningOf({ code, message })).toEqual({ kind: 'refused', failureClass });
  });

  test.each([
    [100, 'unauthorized'],
    [120, 'unavailable'],
    [150, 'unavailable'],
    [3001, 'throttled'],
    [3100, 'unauthorized'],
    [3200, 'unauthorized'],
    [6190, 'unavailable'],
    [499, 'unauthorized'],
  ])('%i is about the account: %s', (code, why) => {
    expect(meaningOf({ code, message: '' })).toMatchObject({ kind: 'system', why });
  });
});

describe('a fault is read in every shape', () => {
  test.each([
    [fault('003200', 'x'), [3200]],
    [gateway, [3200]],
    [readText('quickbooks', 'throttle_exceeded_error.xml'), [3001]],
    [readText('quickbooks', 'too_many_requests_error.xml'), [3001]],
    [readText('quickbooks', 'fault.xml'), [2050, 2080]],
    [readText('quickbooks', 'generic_error.xml'), [10_000]],
    [readText('quickbooks', 'query_validation_error.xml'), [4001]],
    [readText('quickbooks', 'customer_duplicate_error.xml'), [6240]],
    [readText('quickbooks', 'tax_service_error_dup.json'), [6240]],
  ])('%s', (text, codes) => {
    const content = contentOf(text);
    expect(content.type === 'fault' && content.faults.map(({ code }) => code)).toEqual(codes);
  });

  test.each(['', '<html><body>Bad gateway</body></html>', '{"a":', 'null', '<'])(
    '%p is unreadable, not a crash',
    (text) => {
      expect(contentOf(text)).toEqual({ type: 'unreadable' });
    },
  );
});

describe('a whole write', () => {
  const throttle = readText('quickbooks', 'throttle_exceeded_error.xml');
  test.each([
    ['throttle', answer(429, throttle), { why: 'throttled', retryAfterMs: 60_000 }],
    ['old throttle', answer(403, throttle), { why: 'throttled' }],
    ['throttle with a time', answer(429, '', { 'retry-after': '5' }), { retryAfterMs: 5000 }],
    ['token', answer(401, gateway), { why: 'unauthorized' }],
    ['401 without a body', answer(401, ''), { why: 'unauthorized' }],
    ['no API there', answer(404, '<html>'), { why: 'unavailable' }],
    ['html 503', answer(503, '<html>'), { type: 'lost' }],
    ['504', answer(504, ''), { type: 'lost' }],
    ['500 with a fault', answer(500, fault('10000', 'error')), { type: 'lost' }],
    ['empty 200', answer(200, ''), { type: 'lost' }],
    ['cut 200', answer(200, '{"BatchItemResponse":[{"bId"'), { type: 'lost' }],
    [
      '200 with a fault',
      answer(200, fault('6000', 'no')),
      { results: [{ failureClass: 'BUSINESS' }] },
    ],
    ['400', answer(400, fault('2010', 'no')), { results: [{ failureClass: 'BUG', code: '2010' }] }],
    ['subscription', answer(400, fault('6190', 'ended')), { why: 'unavailable' }],
    ['unreachable', { type: 'notReached', detail: 'x' } as const, { why: 'unreachable' }],
  ])('%s', (_name, result, expected) => {
    expect(wholeOutcome(result, 1, nowMs)).toMatchObject(expected);
  });
});

describe('a batch answer', () => {
  const member = {
    operation: 'create' as const,
    entity: 'SalesReceipt',
    group: 'batch',
    payload: {},
    isLinked: false,
    snapshot: snapshotOf(
      {
        documents: [
          {
            ...{ entity: 'SalesReceipt', id: '', version: null, docNumber: '1', money: null },
            ...{ role: 'main', isVoided: false },
          },
        ],
        ...{ net: null, payment: null, voidDue: null },
      },
      {},
    ),
    natural: {
      kind: 'document',
      docNumber: null,
      marker: '',
      txnDate: '2026-11-21',
      totalMinor: 2500,
      currency: 'USD',
      then: 'whole',
    },
  };
  const stored: StoredSend = {
    request: { method: 'POST', path: '', body: '' },
    requestId: 'x',
    members: [member, member, member],
  };
  const settled = (items: unknown[]): unknown =>
    settle(
      stored,
      answer(200, JSON.stringify({ BatchItemResponse: items }), { intuit_tid: 't1' }),
      nowMs,
    );
  const receipt = (bId: string, TotalAmt: number): object => ({
    bId,
    SalesReceipt: { Id: `9${bId}`, SyncToken: '0', TotalAmt },
  });
  const refused = (bId: string, code: string): object => ({
    bId,
    Fault: { Error: [{ Message: 'no', Detail: '', code }], type: 'ValidationFault' },
  });

  test('is matched by bId, whatever the order, with the fault of one', () => {
    expect(settled([receipt('3', 25), refused('1', '6140'), receipt('2', 25)])).toMatchObject({
      results: [
        { type: 'refused', failureClass: 'DUPLICATE', message: '6140: no (intuit_tid t1)' },
        { type: 'accepted', remoteId: '92' },
        { type: 'accepted', remoteId: '93' },
      ],
    });
  });

  test('with another total is never accepted silently: the document is to be voided', () => {
    const voidDue = (id: string): object => ({
      then: { type: 'step' },
      snapshot: { posted: { voidDue: { entity: 'SalesReceipt', id } } },
    });
    expect(
      settled([receipt('1', 25), receipt('2', 25.01), { bId: '3', SalesReceipt: { Id: '93' } }]),
    ).toMatchObject({
      results: [{ snapshot: { posted: { voidDue: null } } }, voidDue('92'), voidDue('93')],
    });
  });

  test('without an Id is refused, without a bId the whole is lost', () => {
    expect(settled([receipt('1', 25), { bId: '2', SalesReceipt: {} }, { bId: '3' }])).toMatchObject(
      {
        results: [{ type: 'accepted' }, { code: 'no_id' }, { code: 'no_id' }],
      },
    );
    expect(settled([receipt('1', 25)])).toMatchObject({ type: 'lost' });
  });

  test('whose every item names the account is a fault of the call', () => {
    const all = ['1', '2', '3'].map((bId) => refused(bId, '6190'));
    expect(settled(all)).toMatchObject({ type: 'notExecuted', why: 'unavailable' });
    expect(settled([...all.slice(0, 2), receipt('3', 25)])).toMatchObject({
      results: [{ failureClass: 'SERVER' }, { failureClass: 'SERVER' }, { type: 'accepted' }],
    });
  });
});

describe('a read', () => {
  test.each([
    [answer(429, ''), 'throttled'],
    [answer(401, gateway), 'auth'],
    [answer(503, '<html>'), 'upstream'],
    [answer(200, ''), 'upstream'],
    [answer(200, fault('10000', 'x')), 'upstream'],
    [answer(400, fault('4001', 'x')), 'refused'],
    [{ type: 'lost', detail: 'x' } as const, 'upstream'],
  ])('%j is %s, never empty', (result, kind) => {
    expect(() => readJson(result, nowMs)).toThrow(expect.objectContaining({ kind }));
  });
});
