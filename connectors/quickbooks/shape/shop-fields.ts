import type { PostingDocument, Reason } from '../../../domain/posting/document';
import type { ShopAddress } from '../../../domain/posting/settings';
import type { JsonObject } from '../../../domain/words';
import type { QboFacts } from '../company/facts';
import { invalidMapping, type Stop } from '../company/hold';
import { addressFields } from './mapping';
import { unfitTarget } from '../company/mapping-target';
import type { Company } from '../company/context';

// What a form says of the shop that sold: its class, and its address where automated tax goes by
// it (accounting.md#tax, quickbooks.md#sales-forms, #preferences).

/**
 * A class of the company: one for the form or the same one on each of its lines, as the company
 * tracks them.
 */
export type ShopClass =
  | { type: 'known'; form: JsonObject; lineClassId: string | null; reasons: readonly Reason[] }
  | Stop;

const none = { type: 'known', form: {}, lineClassId: null, reasons: [] } as const;

/**
 * The class mapped for a place, else that of the channel; one that the company cannot take is not
 * sent, and it is said.
 */
export function classOf(location: string, company: Company): ShopClass {
  const { references, facts } = company;
  // Every record of the till comes by this channel.
  const keys = [`location:${location}`, 'channel:pos'];
  const key = keys.find((one) => references.mapping('class', one) !== null);
  const id = key === undefined ? null : references.mapping('class', key);
  if (key === undefined || id === null) return none;
  if (facts.classLevel === null) return { ...none, reasons: [{ choice: 'class_not_sent', key }] };
  const unfit = unfitTarget(facts, 'class', key, id);
  if (unfit !== null) return invalidMapping(`class:${key}`, unfit);
  return facts.classLevel === 'document'
    ? { ...none, form: { ClassRef: { value: id } } }
    : { ...none, lineClassId: id };
}

/** The department mapped for a place: its fields, and that it could not be sent. */
export type ShopDepartment =
  { type: 'known'; fields: JsonObject; reasons: readonly Reason[] } | Stop;

/** A department of a company that tracks none is not sent, and it is said. */
export function departmentOf(location: string | null, company: Company): ShopDepartment {
  const { references, facts } = company;
  const id = location === null ? null : references.mapping('location', location);
  if (location === null || id === null) return { type: 'known', fields: {}, reasons: [] };
  if (!facts.trackDepartments) {
    const reasons: Reason[] = [{ choice: 'department_not_sent', key: location }];
    return { type: 'known', fields: {}, reasons };
  }
  const unfit = unfitTarget(facts, 'location', location, id);
  if (unfit !== null) return invalidMapping(`location:${location}`, unfit);
  return { type: 'known', fields: { DepartmentRef: { value: id } }, reasons: [] };
}

/**
 * Where goods leave, and where a customer takes them who gave no address: automated tax computes by
 * both.
 */
export function shopAddressOf(
  { shipTo }: Pick<PostingDocument, 'shipTo'>,
  location: string,
  addresses: readonly ShopAddress[],
  facts: Pick<QboFacts, 'country' | 'isAutomatedTax'>,
): JsonObject {
  if (facts.country !== 'US' || !facts.isAutomatedTax) return {};
  const address = addresses.find((one) => one.location === location);
  const fields = address === undefined ? null : addressFields(address);
  if (fields === null) return {};
  return { ShipFromAddr: fields, ...(shipTo === null ? { ShipAddr: fields } : {}) };
}
