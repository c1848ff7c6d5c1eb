/** A JSON value as it stands on the wire. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object; absent members are `undefined`. */
export interface JsonObject {
  [name: string]: Json | undefined;
}

/** PHP reads no deeper, and what is read may be walked without an end of the stack. */
const depthMax = 512;

/**
 * True when lists and objects stand in each other deeper than 512; brackets in texts do not count.
 */
export function isTooDeep(text: string): boolean {
  if (text.length <= depthMax) return false;
  let depth = 0;
  for (let place = 0; place < text.length; place += 1) {
    const letter = text[place];
    if (letter === '"') place = endOfText(text, place);
    else if (letter === '[' || letter === '{') depth += 1;
    else if (letter === ']' || letter === '}') depth -= 1;
    if (depth > depthMax) return true;
  }
  return false;
}

/** Where the text ends that begins at this quote. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, place: number): boolean {
  let slashes = 0;
  while (text[place - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

/** Parses JSON text; `undefined` when it is broken or too deep. */
export function parseJson(text: string): Json | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as Json; // JSON.parse yields nothing but Json
  } catch {
    return undefined;
  }
}

/** True for a JSON object that is no list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as an object, or `undefined`. */
export function objectIn(holder: JsonObject, name: string): JsonObject | undefined {
  const value = holder[name];
  return isObject(value) ? value : undefined;
}

/** The member as a text, or `undefined`. */
export function textIn(holder: JsonObject, name: string): string | undefined {
  const value = holder[name];
  return typeof value === 'string' ? value : undefined;
}

/** The member as a list, or an empty one. */
export function listIn(holder: JsonObject, name: string): Json[] {
  const value = holder[name];
  return Array.isArray(value) ? value : [];
}

/** The entry of a table by a name that a caller chose: `constructor` is none. */
export function entryOf<T>(table: Partial<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A plain value as text; lists and objects as JSON. */
export function plainText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Code points, which is what the vendors count. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** A copy without the members that are `undefined`, null, `""`, `{}` or `[]`. */
export function withoutEmpty(holder: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(holder)) {
    if (!isEmpty(value)) kept[name] = value;
  }
  return kept;
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
