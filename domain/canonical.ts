/**
 * JSON text with the keys of each object in order of their code units and undefined left out: equal
 * values have equal texts whatever order they arrived in. Hashes and keys are made from it. Written
 * in one pass: a sorted copy that is then serialised takes three times as long, and intake does it
 * for every change.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return arrayText(value);
  if (value instanceof CanonicalText) return value.text;
  if (typeof value === 'object' && value !== null) return objectText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  return typeof value === 'boolean' ? String(value) : 'null';
}

/** The canonical text of a value that stands in several others: it is made once. */
export class CanonicalText {
  readonly text: string;

  constructor(value: unknown) {
    this.text = canonicalJson(value);
  }
}

function arrayText(values: readonly unknown[]): string {
  return `[${values.map(canonicalJson).join(',')}]`;
}

function objectText(value: object): string {
  let text = '{';
  for (const key of inOrder(Object.keys(value))) {
    const entry: unknown = Reflect.get(value, key);
    if (entry === undefined) continue;
    if (text.length > 1) text += ',';
    text += keyText(key);
    text += canonicalJson(entry);
  }
  return `${text}}`;
}

/** More than that are left to the general sort. */
const fewKeys = 24;

/** Sorted in place, by code units: objects have few keys, for which this is faster than `sort`. */
function inOrder(keys: string[]): string[] {
  if (keys.length > fewKeys) return keys.sort();
  for (let next = 1; next < keys.length; next++) {
    const key = keys[next] ?? '';
    let at = next;
    for (; at > 0; at--) {
      const former = keys[at - 1] ?? '';
      if (former <= key) break;
      keys[at] = former;
    }
    keys[at] = key;
  }
  return keys;
}

/**
 * Keys come from a few schemas: their texts are made once. Bounded, since options of variants are
 * free.
 */
const keyTexts = new Map<string, string>();
const keyTextsMax = 1_000;

/** With the colon behind it. */
function keyText(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(key)}:`;
  if (keyTexts.size < keyTextsMax) keyTexts.set(key, text);
  return text;
}
