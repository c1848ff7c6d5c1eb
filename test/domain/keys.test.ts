import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { canonicalJson, CanonicalText } from '../../domain/canonical';
import {
  requestIdOf,
  sendKeyText,
  writeKeyText,
  type WriteIdentity,
} from '../../domain/delivery/idempotency';

const identity: WriteIdentity = {
  workflowId: 'tenant-sync:shop',
  system: 'qbo',
  account: '123',
  kind: 'order',
  recordId: 'P-1',
  part: 'sale',
  operation: 'create',
  revision: 1,
  generation: 1,
  payload: new CanonicalText({ total: '12.50', lines: [{ sku: 'a' }] }),
};

const otherParts: Partial<WriteIdentity>[] = [
  { workflowId: 'tenant-sync:shop2' },
  { system: 'woo' },
  { account: '124' },
  { kind: 'refund' },
  { recordId: 'P-2' },
  { part: 'refund' },
  { operation: 'void' },
  { revision: 2 },
  { generation: 2 },
  { payload: new CanonicalText({ total: '12.50', lines: [{ sku: 'b' }] }) },
];

test('every part of a write makes another key', () => {
  const texts = [{}, ...otherParts].map((part) => writeKeyText({ ...identity, ...part }));
  expect(new Set(texts).size).toBe(texts.length);
  expect(otherParts.map((part) => Object.keys(part)[0]).sort()).toEqual(
    Object.keys(identity).sort(),
  );
});

test('parts do not run into each other', () => {
  const left = writeKeyText({ ...identity, recordId: 'P', part: '-1' });
  expect(left).not.toBe(writeKeyText({ ...identity, recordId: 'P-', part: '1' }));
  const quoted = writeKeyText({ ...identity, recordId: 'P","part":"x', part: '' });
  expect(quoted).not.toBe(writeKeyText({ ...identity, recordId: 'P', part: 'x' }));
});

test('the order in which a payload was built does not change its key', () => {
  const payload = new CanonicalText({ lines: [{ sku: 'a' }], total: '12.50' });
  expect(writeKeyText({ ...identity, payload })).toBe(writeKeyText(identity));
  const turned = Object.fromEntries(Object.entries(identity).reverse()) as unknown as WriteIdentity;
  expect(writeKeyText(turned)).toBe(writeKeyText(identity));
});

test('the key of a send depends on the order of its members', () => {
  expect(sendKeyText(['a', 'b'])).not.toBe(sendKeyText(['b', 'a']));
  expect(sendKeyText(['ab', 'c'])).not.toBe(sendKeyText(['a', 'bc']));
});

test('a request id has 36 characters', () => {
  expect(requestIdOf('0123456789abcdef'.repeat(4))).toBe('ts1-0123456789abcdef0123456789abcdef');
});

const canonical: [string, unknown, string][] = [
  ['sorts keys at every depth', { b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
  ['keeps the order of lists', [3, 1, { b: 1, a: 2 }], '[3,1,{"a":2,"b":1}]'],
  ['leaves out undefined, keeps null', { b: undefined, a: null }, '{"a":null}'],
  ['sorts by code units', { é: 1, z: 2, Z: 3 }, '{"Z":3,"z":2,"é":1}'],
  ['keeps texts as they are', 'ÅÅ "\u2028" 💶', JSON.stringify('ÅÅ "\u2028" 💶')],
];
test.each(canonical)('canonical JSON %s', (_name, value, text) => {
  expect(canonicalJson(value as object)).toBe(text);
});

test('a key named __proto__ is a key like any other', () => {
  const value = JSON.parse('{"b":1,"__proto__":{"x":1},"constructor":2}') as object;
  expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"b":1,"constructor":2}');
});

/** The same value with the keys of each object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  const turned = Object.entries(value).reverse();
  return Object.fromEntries(turned.map(([key, entry]) => [key, reordered(entry)]));
}

test('equal values have equal texts, and the text reads back as the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(reordered(value) as object)).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed: 11, numRuns: 500 },
  );
});

test('keys stand in order of their code units, however many there are', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.nat(), { maxKeys: 40 }),
      (value) => {
        const entries = Object.keys(value)
          .sort()
          .map((key) => `${JSON.stringify(key)}:${value[key] ?? ''}`);
        expect(canonicalJson(value)).toBe(`{${entries.join(',')}}`);
      },
    ),
    { seed: 12, numRuns: 500 },
  );
});
