import { Problem } from './problem';

// JSON texts from outside. JSON.parse alone would take the last of two equal keys, and a few
// million brackets would block the process for a second.

/** A place in the value that no schema would see. */
export interface JsonFault {
  path: (string | number)[];
  message: string;
}

export interface ParsedJson {
  value: unknown;
  /** Keys that occur twice, keys named __proto__, arrays longer than any schema allows. */
  faults: JsonFault[];
}

/** Far more than any schema of ours nests. */
const depthMax = 64;
/** Keys that occur twice: more of them than a person would want to read of are no JSON of ours. */
const repeatedKeysMax = 100;
/**
 * The longest array of any schema; elements are checked one by one, so longer ones are refused
 * before.
 */
const elementsMax = 10_000;

const quote = 34;
const backslash = 92;
const comma = 44;
const colon = 58;
const [openArray, closeArray, openObject, closeObject] = [91, 93, 123, 125] as const;

export function parseJson(text: string): ParsedJson {
  const colons = countColons(text);
  const value = parsed(text);
  const found = inspect(value);
  const faults = found.isOdd ? oddities(value, []) : [];
  if (found.keys !== colons) faults.push(...repeatedKeys(text));
  return { value, faults };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new Problem(400, 'bad_request', 'The body is not JSON.');
  }
}

/** Colons outside of strings: as many as there are keys. Refuses what is nested too deep. */
function countColons(text: string): number {
  let depth = 0;
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case colon:
        colons++;
        break;
      case openArray:
      case openObject:
        if (++depth > depthMax)
          throw new Problem(400, 'bad_request', `The body is nested deeper than ${depthMax}.`);
        break;
      case closeArray:
      case closeObject:
        depth--;
    }
  }
  return colons;
}

/** Where the string that begins here ends; the end of the text where it does not. */
function endOfString(text: string, start: number): number {
  for (let at = start; ;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return at;
  }
}

/**
 * Counts the keys that are left, and tells whether there is anything that `oddities` would list.
 */
function inspect(value: unknown): { keys: number; isOdd: boolean } {
  const rest: unknown[] = [value];
  let keys = 0;
  let isOdd = false;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (Array.isArray(next)) {
      if (next.length > elementsMax) isOdd = true;
      for (const item of next) if (typeof item === 'object') rest.push(item);
    } else if (isObject(next)) {
      // As fast as this can be walked: what JSON.parse made inherits nothing enumerable.
      for (const key in next) {
        keys++;
        if (key === '__proto__') isOdd = true;
        const item = next[key];
        if (typeof item === 'object') rest.push(item);
      }
    }
  }
  return { keys, isOdd };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function oddities(value: unknown, path: (string | number)[]): JsonFault[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return value.length > elementsMax
      ? [{ path, message: `holds more than ${elementsMax} elements` }]
      : value.flatMap((item, index) => oddities(item, [...path, index]));
  }
  return Object.entries(value).flatMap(([key, item]) =>
    key === '__proto__'
      ? [{ path: [...path, key], message: 'Unrecognized key: "__proto__"' }]
      : oddities(item, [...path, key]),
  );
}

interface Frame {
  /** Keys so far; null in an array. */
  keys: Set<string> | null;
  /** Where in this object or array the text stands. */
  step: string | number;
  isKeyNext: boolean;
}

function tooManyRepeatedKeys(): Problem {
  const detail = `More than ${repeatedKeysMax} keys of the body occur twice.`;
  return new Problem(400, 'bad_request', detail);
}

/** Keys that an object has twice. The text is known to be JSON. */
function repeatedKeys(text: string): JsonFault[] {
  const frames: Frame[] = [];
  const faults: JsonFault[] = [];
  for (let at = 0; at < text.length; at++) {
    const frame = frames.at(-1);
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        if (frame?.keys && frame.isKeyNext) {
          frame.step = String(JSON.parse(text.slice(at, end + 1)));
          frame.isKeyNext = false;
          if (frame.keys.has(frame.step)) {
            const path = frames.map(({ step }) => step);
            faults.push({ path, message: 'The key occurs twice' });
            if (faults.length > repeatedKeysMax) throw tooManyRepeatedKeys();
          }
          frame.keys.add(frame.step);
        }
        at = end;
        break;
      }
      case comma:
        if (frame?.keys) frame.isKeyNext = true;
        else if (frame !== undefined) frame.step = Number(frame.step) + 1;
        break;
      case openObject:
        frames.push({ keys: new Set(), step: '', isKeyNext: true });
        break;
      case openArray:
        frames.push({ keys: null, step: 0, isKeyNext: false });
        break;
      case closeObject:
      case closeArray:
        frames.pop();
    }
  }
  return faults;
}
