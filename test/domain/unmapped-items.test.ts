import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { RecordRow } from '../../domain/records/absorb';
import type { ProductBody, TicketBody } from '../../domain/bodies';
import { isOwnRecord, isWantedIn, ownItemId } from '../../domain/records/own-records';
import { foldSku } from '../../domain/records/sku-codes';
import { articlesOf, ownProducts } from '../../domain/records/unmapped-items';
import { idText } from '../../schemas/body-parts';
import { orderBody, product } from '../support/samples';
import { change, Memory } from './fold';

// Articles that no product record has: which of them get an item, under which code, and who takes
// it over.

const row = (body: Partial<TicketBody>, given: Partial<RecordRow> = {}): RecordRow => ({
  kind: 'order',
  recordId: '1',
  rev: 1,
  sourceRevs: { pos: 1 },
  op: 'present',
  origin: {},
  content: {
    kind: 'order',
    body: {
      ...orderBody(
        '1',
        [
          ['A', 1],
          ['B', 1],
          ['A', 2],
        ],
        null,
      ),
      ...body,
    },
  },
  ...given,
});
const all = (): boolean => true;

describe('which articles', () => {
  test.each<[string, RecordRow, string | null, () => boolean, string[]]>([
    ['each once, by its first line', row({}), null, all, ['A Article A', 'B Article B']],
    ['none of a void', row({ voided: true }), null, all, []],
    ['none of what is gone', row({}, { op: 'absent' }), null, all, []],
    ['none before the start', row({}), '2026-11-22', all, []],
    ['of the first day', row({}), '2026-11-21', all, ['A Article A', 'B Article B']],
    ['none that is summed up by tax', row({}), null, () => false, []],
  ])('%s', (_, record, startDate, isByArticle, expected) => {
    const articles = articlesOf([record], { startDate }, isByArticle);
    expect([...articles].map(([sku, name]) => `${sku} ${name}`)).toEqual(expected);
  });
});

test('each gets a code of its own, however many differ only in case', () => {
  const skus = fc.uniqueArray(fc.constantFrom('a', 'A', 'a~2', 'b:1', 'B-1', 'b', 'ä', 'Ä'));
  fc.assert(
    fc.property(skus, fc.uniqueArray(fc.constantFrom<string>('a', 'a~3', 'b')), (given, taken) => {
      const { records, claims } = ownProducts(new Map(given.map((sku) => [sku, ''])), (code) =>
        taken.includes(code),
      );
      const codes = claims.map(({ code }) => foldSku(code));
      expect(new Set([...codes, ...taken]).size).toBe(given.length + taken.length);
      expect(claims.map(({ sku }) => sku)).toEqual(given);
      for (const [index, { content, recordId }] of records.entries()) {
        expect(recordId).toBe(ownItemId(given[index] ?? ''));
        expect(content?.body).toMatchObject({ sku: given[index], name: given[index] });
        expect(Object.keys(content?.body ?? {})).not.toContain('priceMinor');
      }
    }),
  );
});

test('no sender has ids like ours, and ours go into the books alone', () => {
  for (const id of [ownItemId('A'), ownItemId('x'.repeat(100))]) {
    expect(idText.safeParse(id).success).toBe(false);
    expect([isOwnRecord(id), isWantedIn('qbo', id), isWantedIn('woo', id)]).toEqual([
      true,
      true,
      false,
    ]);
  }
  for (const id of ['A', 'sku:A', 'guest:1'])
    expect([isOwnRecord(id), isWantedIn('qbo', id), isWantedIn('woo', id)]).toEqual([
      false,
      true,
      true,
    ]);
});

describe('a product of the till takes over', () => {
  const ours = (sku: string, code = sku): Memory => {
    const memory = new Memory();
    memory.skus.set(sku, { sku, recordId: ownItemId(sku), slot: '', code });
    return memory;
  };
  const body = (sku: string, given: Partial<ProductBody> = {}) => ({
    kind: 'product' as const,
    body: product(sku, given).body as ProductBody,
  });
  const send = (memory: Memory, recordId: string, sku: string, given: Partial<ProductBody> = {}) =>
    memory.fold([change({ kind: 'product', recordId, content: body(sku, given), sourceRev: 9 })]);

  test('the SKU with its code, at the revision after ours', () => {
    const memory = ours('a', 'a~2');
    const folded = send(memory, 'p', 'a');
    expect(folded).toMatchObject({ outcomes: [], takenOver: [{ from: ownItemId('a'), to: 'p' }] });
    expect(memory.skus.get('a')).toMatchObject({ sku: 'a', recordId: 'p', code: 'a~2' });
    expect(memory.record('product', 'p').rev).toBe(2);
    // From then on it is the till's: a second claim is refused as ever.
    expect(send(memory, 'q', 'a')).toMatchObject({
      outcomes: [{ code: 'sku_taken' }],
      takenOver: [],
    });
  });

  test('what the books have only by its own SKU, not by that of a variant', () => {
    const variants = [{ sku: 'v', options: {} }];
    const memory = ours('v');
    expect(send(memory, 'p', 'a', { variants })).toMatchObject({ outcomes: [], takenOver: [] });
    expect(memory.skus.get('v')?.recordId).toBe('p');
  });

  test('also where it had another SKU before', () => {
    const memory = ours('b');
    send(memory, 'p', 'a');
    const folded = memory.fold([
      change({ kind: 'product', recordId: 'p', content: body('b'), sourceRev: 10 }),
    ]);
    expect(folded).toMatchObject({ takenOver: [{ from: ownItemId('b'), to: 'p' }] });
    expect(memory.skus.get('b')).toMatchObject({ recordId: 'p' });
    expect(memory.skus.has('a')).toBe(false);
  });
});
