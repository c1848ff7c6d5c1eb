import { describe, expect, test } from '@jest/globals';
import { ConnectorError } from '../../../connectors/contract';
import { settle } from '../../../connectors/woocommerce/push/batch';
import {
  classOf,
  readError,
  readJson,
  wholeOutcome,
} from '../../../connectors/woocommerce/api/errors';
import { answer, recordedAnswer } from '../recording';

const nowMs = Date.parse('2026-11-22T10:00:00Z');

describe('a refusal has the class of its code', () => {
  test.each([
    ['product_create_duplicate_sku', 'DUPLICATE'],
    ['product_create_sku_of_trashed', 'DUPLICATE'],
    ['product_create_race_loser', 'DUPLICATE'],
    ['product_create_duplicate_global_unique_id', 'DATA'],
    ['product_create_image_unreachable', 'DATA'],
    ['product_create_with_id', 'BUG'],
    ['product_update_missing', 'GONE'],
    ['product_get_missing', 'GONE'],
    ['product_update_variation_via_products', 'REFERENCE'],
    ['product_delete_already_trashed', 'GONE'],
    ['product_update_two_bad_params', 'DATA'],
    ['err_bad_json', 'BUG'],
    ['product_batch_101', 'BUG'],
  ])('%s is %s', (name, expected) => {
    const recorded = recordedAnswer(name);
    expect(classOf(readError(recorded.text)?.code ?? '', recorded.status)).toBe(expected);
  });

  test.each([
    ['unknown', 404, 'GONE'],
    ['unknown', 500, 'SERVER'],
    ['unknown', 414, 'BUG'],
    ['unknown', 400, 'BUSINESS'],
  ])('%s with %i is %s', (code, status, expected) => {
    expect(classOf(code, status)).toBe(expected);
  });
});

describe('a whole write', () => {
  test.each([
    ['auth_none_batch', { type: 'notExecuted', why: 'unauthorized' }],
    ['auth_readonly_key_post', { type: 'notExecuted', why: 'unauthorized' }],
    ['err_no_route', { type: 'notExecuted', why: 'unavailable' }],
    ['http_maintenance_mode', { type: 'lost' }],
    ['http_db_down', { type: 'lost' }],
    ['http_php_down', { type: 'lost' }],
    ['product_batch_not_a_list', { type: 'lost' }],
    ['product_batch_101', { type: 'notExecuted', why: 'unavailable' }],
    ['product_update_missing', { results: [{ failureClass: 'GONE' }, { failureClass: 'GONE' }] }],
  ])('answered as %s', (name, expected) => {
    expect(wholeOutcome(recordedAnswer(name), 2, nowMs)).toMatchObject(expected);
  });

  test.each([
    [answer(429, '<html>', { 'retry-after': '30' }), { why: 'throttled', retryAfterMs: 30_000 }],
    [answer(429, ''), { why: 'throttled', retryAfterMs: null }],
    [answer(403, '<html>blocked</html>'), { why: 'unavailable' }],
    [answer(401, '{"code":"login_required","message":""}'), { why: 'unavailable' }],
    [answer(403, '{"code":"rest_forbidden","message":""}'), { why: 'unauthorized' }],
    [answer(302, ''), { why: 'unavailable' }],
    [answer(524, '<html>'), { type: 'lost' }],
    [answer(408, ''), { type: 'lost' }],
    [answer(413, '<html>'), { why: 'unavailable' }],
    [{ type: 'notReached', detail: 'ECONNREFUSED' } as const, { why: 'unreachable' }],
    [{ type: 'lost', detail: 'ECONNRESET' } as const, { type: 'lost' }],
  ])('%j', (result, expected) => {
    expect(wholeOutcome(result, 1, nowMs)).toMatchObject(expected);
  });

  const write = {
    operation: 'update' as const,
    entity: 'products',
    group: 'products',
    payload: { id: 5 },
    isLinked: false,
    snapshot: {},
    natural: { kind: 'update', id: 5 },
  };
  const stored = {
    request: { method: 'POST' as const, path: '', body: '' },
    requestId: 'x',
    members: [write],
  };

  test.each([
    '',
    '<html>Hello</html>',
    '{"update":[{"id":5',
    '{"update":[]}',
    '{"code":"x","message":"y"}',
    'null',
  ])('with 200 and %p is lost, not accepted', (text) => {
    expect(settle(stored, answer(200, text), nowMs).type).toBe('lost');
  });

  test('behind a PHP notice and a byte-order mark is read', () => {
    const text = '<br />\n<b>Notice</b>: Undefined [x] in {y}<br />\n{"update":[{"id":5}]}';
    expect(settle(stored, answer(200, text), nowMs)).toMatchObject({
      results: [{ type: 'accepted', remoteId: '5' }],
    });
  });

  test('of a recorded batch gives each member its own result, in order', () => {
    const recorded = recordedAnswer('product_batch_mixed_errors');
    const members = [
      ...Array.from({ length: 7 }, () => write),
      ...Array.from({ length: 5 }, () => ({ ...write, operation: 'create' as const })),
    ];
    const settled = settle({ ...stored, members }, recorded, nowMs);
    const types = settled.type === 'answered' ? settled.results.map(({ type }) => type) : [];
    expect(types).toEqual([
      'refused',
      'refused',
      'refused',
      'accepted',
      'accepted',
      'accepted',
      'refused',
      'accepted',
      'refused',
      'accepted',
      'accepted',
      'accepted',
    ]);
  });

  test('that shows another stock figure or SKU than ours is not accepted', () => {
    const natural = { kind: 'stock', id: 5, quantity: 7, former: 3, sales: null, figure: '7' };
    const figure = { ...write, natural, payload: { id: 5, manage_stock: true, stock_quantity: 7 } };
    const other = answer(200, '{"update":[{"id":5,"manage_stock":true,"stock_quantity":6}]}');
    expect(settle({ ...stored, members: [figure] }, other, nowMs)).toMatchObject({
      results: [{ type: 'accepted', then: { reason: 'stock_changed_elsewhere' } }],
    });
    const named = { ...write, payload: { id: 5, sku: 'a  b' } };
    const echo = answer(200, '{"update":[{"id":5,"sku":"a b"}]}');
    expect(settle({ ...stored, members: [named] }, echo, nowMs)).toMatchObject({
      results: [{ type: 'accepted', then: { reason: 'echo_differs' } }],
    });
  });
});

describe('a read', () => {
  test.each([
    ['auth_none_batch', 'auth'],
    ['http_maintenance_mode', 'upstream'],
    ['http_php_down', 'upstream'],
    ['err_no_route', 'upstream'],
    ['err_bad_json', 'refused'],
  ])('answered as %s is %s, never empty', (name, kind) => {
    const read = (): unknown => readJson(recordedAnswer(name), nowMs);
    expect(read).toThrow(expect.objectContaining({ name: 'ConnectorError', kind }));
  });

  test('says when to come back, W17: but for the 600 s that WordPress says by rote', () => {
    const maintenance = recordedAnswer('http_maintenance_mode');
    const read = (): unknown => readJson(maintenance, nowMs);
    expect(read).toThrow(ConnectorError);
    expect(read).toThrow(expect.objectContaining({ retryAfterMs: null }));
    const meant = { ...maintenance, headers: { ...maintenance.headers, 'retry-after': '30' } };
    expect(() => readJson(meant, nowMs)).toThrow(expect.objectContaining({ retryAfterMs: 30_000 }));
  });
});
