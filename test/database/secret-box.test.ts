import { randomBytes } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { SecretBox } from '../../database/secret-box';

const [older, newer] = [
  { id: 'k1', key: randomBytes(32) },
  { id: 'k2', key: randomBytes(32) },
];
const box = new SecretBox([newer, older]);
const place = 'tenant 1 connection qbo';

test('what was sealed opens at its place, whatever the text', () => {
  for (const text of ['', 'secret', 'é💶\n'.repeat(50)]) {
    expect(box.open(box.seal(text, place), place)).toBe(text);
  }
});

test('the first key seals, and what an older one sealed still opens', () => {
  expect(box.seal('x', place)).toMatch(/^k2\./);
  expect(box.open(new SecretBox([older]).seal('x', place), place)).toBe('x');
});

test('two seals of one text differ and do not show it', () => {
  const sealed = box.seal('secret', place);
  expect(sealed).not.toBe(box.seal('secret', place));
  expect(sealed).not.toContain(Buffer.from('secret').toString('base64url'));
});

test('it opens nowhere else, and the error does not tell the content', () => {
  const sealed = box.seal('secret', place);
  expect(() => box.open(sealed, 'tenant 2 connection qbo')).toThrow('belongs to another place');
  expect(() => box.open(sealed, 'tenant 1 connection woo')).toThrow(/^(?!.*secret"|.*secret$)/);
});

test('a key that is gone is named, a key of the same name but other bytes opens nothing', () => {
  const sealed = new SecretBox([older]).seal('x', place);
  expect(() => new SecretBox([newer]).open(sealed, place)).toThrow('sealed with key "k1"');
  const other = new SecretBox([{ id: 'k1', key: randomBytes(32) }]);
  expect(() => other.open(sealed, place)).toThrow('cannot be opened');
});

test('no changed, cut or reordered part opens, a shortened tag neither', () => {
  const [id = '', iv = '', tag = '', text = ''] = box.seal('secret', place).split('.');
  const flip = (part: string): string => (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
  const shortTag = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');
  const changed = [
    [id, flip(iv), tag, text],
    [id, iv, flip(tag), text],
    [id, iv, tag, flip(text)],
    [id, iv, tag, ''],
    [id, iv, '', text],
    [id, '', tag, text],
    [id, tag, iv, text],
    [id, iv, shortTag, text],
    [id],
  ];
  for (const parts of changed)
    expect(() => box.open(parts.join('.'), place)).toThrow('cannot be opened');
});

test('a box without a key cannot be made', () => {
  expect(() => new SecretBox([])).toThrow('holds no key');
});
