import type { Address, CustomerBody, ProductBody } from '../../../domain/bodies';
import { canonicalJson } from '../../../domain/canonical';
import { emailKey, plainEmail } from '../../../domain/email';
import { addDecimals, minorToText } from '../../../domain/money';
import { isOwnRecord } from '../../../domain/records/own-records';
import { shortHash } from '../../../domain/short-hash';
import type { Json, JsonObject } from '../../../domain/words';
import type { QboCustomer, QboItem } from '../api/wire';

// Our words ↔ the vendor's fields for names, customers and items (quickbooks.md#names,
// accounting.md#customers, #items). Pure. Lengths are counted in UTF-16 units, which are never
// fewer than the vendor's characters.

/** One line of text: no control characters or lone surrogates, blanks collapsed, cut. */
export function cleanText(text: string, lengthMax: number): string {
  const clean = text
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
    .slice(0, lengthMax);
  // The cut may have halved a pair.
  return clean.replace(/\p{Cs}$/u, '').trimEnd();
}

/** A name of the lists, in which a colon would part levels. */
export function cleanName(text: string, lengthMax: number): string {
  return cleanText(text.replaceAll(':', '-'), lengthMax);
}

/**
 * Limits of the vendor (quickbooks.md#lengths); DisplayName may have 500, 100 keeps it readable.
 */
const nameMax = 100;
const displayNameMax = 500;
const phoneMax = 20;
const notesMax = 2000;
const descriptionMax = 4000;
const docNumberMax = 21;
const noteMax = 4000;

/**
 * The name a customer gets where it is free; of a guest with the e-mail (accounting.md#customers).
 */
export function baseName(body: CustomerBody, recordId: string): string {
  const name = cleanName(body.name, nameMax) || cleanName(recordId, nameMax);
  const email = isOwnRecord(recordId) ? emailKey(body.email) : null;
  return email === null || email === body.name ? name : `${name} (${email})`;
}

/**
 * Names a record beside others of its name: ids that read alike, or share their beginning, have
 * other marks.
 */
export function recordMark(recordId: string): string {
  // The id of a guest is such a sign itself.
  if (isOwnRecord(recordId)) return cleanName(recordId, 40);
  return `${cleanName(recordId, 20)} ${shortHash(recordId)}`.trim();
}

/**
 * At most one suffix (quickbooks.md#names): `(C)` beside a vendor or employee, the record's mark
 * beside a customer.
 */
export function suffixedName(name: string, suffix: string): string {
  const end = ` (${cleanName(suffix, 40)})`;
  // The e-mail of a guest is kept whole.
  const lengthMax = name.length > nameMax ? displayNameMax : nameMax;
  return cleanText(name, lengthMax - end.length) + end;
}

/** Fields of a customer but its DisplayName; what the record does not say is left out. */
export function customerFields(body: CustomerBody): JsonObject {
  const email = plainEmail(body.email);
  const notes = [
    body.notes,
    cleanText(body.name, notesMax).length > nameMax ? `Name: ${body.name}` : undefined,
    body.email && email === null ? `E-mail: ${body.email}` : undefined,
  ];
  const text = cleanLines(notes, notesMax);
  const phone = cleanText(body.phone ?? '', phoneMax);
  return filled({
    GivenName: cleanName(body.givenName ?? '', nameMax),
    FamilyName: cleanName(body.familyName ?? '', nameMax),
    CompanyName: cleanName(body.company ?? '', nameMax),
    PrimaryEmailAddr: email === null ? null : { Address: email },
    PrimaryPhone: phone === '' ? null : { FreeFormNumber: phone },
    BillAddr: addressFields(body.billing),
    ShipAddr: addressFields(body.shipping),
    Notes: text,
  });
}

/** Lines of an address as far as they are known; null where nothing is. */
export function addressFields(address: Address | undefined): JsonObject | null {
  const fields = filled({
    Line1: cleanText(address?.line1 ?? '', 500),
    Line2: cleanText(address?.line2 ?? '', 500),
    City: cleanText(address?.city ?? '', 255),
    CountrySubDivisionCode: cleanText(address?.region ?? '', 255),
    PostalCode: cleanText(address?.postalCode ?? '', 30),
    Country: cleanText(address?.country ?? '', 255),
  });
  return Object.keys(fields).length === 0 ? null : fields;
}

/** Name of an item: unique there, so it is made from the code, not from the title. */
export function itemName(code: string): string {
  return cleanName(code, nameMax);
}

/**
 * Fields of an item that may be written again: never stock, start date, type or accounts
 * (quickbooks.md#items).
 */
export function itemFields(body: ProductBody, code: string, sku = body.sku): JsonObject {
  return filled({
    Name: itemName(code),
    Sku: sku,
    Description: cleanText(body.name, descriptionMax),
    UnitPrice: priceOf(body),
  });
}

/** Null where nobody said one: what a ticket took is no price list. */
function priceOf({ priceMinor, currency }: ProductBody): number | null {
  if (priceMinor === undefined || currency === undefined) return null;
  return amountOf(priceMinor, currency);
}

/** An amount as the vendor's number. */
export function amountOf(minor: number, currency: string): number {
  return exactNumber(minorToText(minor, currency));
}

/** What differs from the snapshot; a key that is missing in `wanted` is no information. */
export function changedFields(wanted: JsonObject, last: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([key, value]) => canonicalJson(value) !== canonicalJson(last[key]),
    ),
  );
}

/**
 * What of the wanted fields something found there does not have yet: a link fills, it never
 * overwrites.
 */
export function missingFields(wanted: JsonObject, present: QboCustomer | QboItem): JsonObject {
  const has = new Map<string, unknown>(Object.entries(present));
  return Object.fromEntries(
    Object.entries(wanted).filter(([key]) => {
      const value = has.get(key);
      return value === undefined || value === null || value === '';
    }),
  );
}

function filled(fields: Readonly<Record<string, Json>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== ''),
  );
}

/**
 * The decimal text as a JSON number that prints as the same decimal; throws where a binary float
 * cannot hold it.
 */
export function exactNumber(text: string): number {
  const number = exactNumberOrNull(text);
  if (number === null) throw new RangeError(`Bug: ${text} is no exact JSON number`);
  return number;
}

export function exactNumberOrNull(text: string): number | null {
  const number = Number(text);
  return Number.isFinite(number) && addDecimals(String(number), '0') === addDecimals(text, '0')
    ? number
    : null;
}

/** A note of several lines, empty ones left out, each clean, cut as a whole. */
function cleanLines(lines: readonly (string | undefined)[], lengthMax = noteMax): string {
  const text = lines
    .flatMap((line) => (line ?? '').split('\n'))
    .map((line) => cleanText(line, lengthMax))
    .filter((line) => line !== '')
    .join('\n');
  return text
    .slice(0, lengthMax)
    .replace(/\p{Cs}$/u, '')
    .trimEnd();
}

/**
 * A document number of at most 21 characters: what is too long keeps its prefix (up to the first
 * hyphen) and its last characters, with 4 characters that stand for the whole
 * (accounting.md#numbers).
 */
export function docNumberOf(number: string, suffix = ''): string {
  const whole = cleanText(number + suffix, 200);
  if (whole.length <= docNumberMax && whole === number + suffix) return whole;
  const prefix = /^[^-]{1,4}-/.exec(whole)?.[0] ?? '';
  const end = `-${shortHash(number + suffix).slice(0, 4)}`;
  const kept = docNumberMax - prefix.length - end.length;
  const tail = whole
    .slice(prefix.length)
    .slice(-kept)
    .replace(/^\p{Cs}/u, '');
  return prefix + tail.trimStart() + end;
}

/** Another number for ours where somebody else's document has it. */
export function otherDocNumber(number: string, suffix: string, recordId: string): string {
  return docNumberOf(number, `${suffix}-${shortHash(recordId).slice(0, 4)}`);
}
