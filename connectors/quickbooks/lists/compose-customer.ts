import type { CustomerBody } from '../../../domain/bodies';
import { emailKey, plainEmail } from '../../../domain/email';
import type { Composed, Outgoing, References } from '../../contract';
import { ambiguous } from '../company/hold';
import {
  baseName,
  customerFields,
  missingFields,
  recordMark,
  suffixedName,
} from '../shape/mapping';
import { link, ownRows, update, type CustomerFinding } from './name-writes';

// What to do for a customer (accounting.md#customers). Pure.

export function composeCustomer(
  item: Outgoing,
  body: CustomerBody,
  references: References,
  finding: CustomerFinding | null,
): Composed {
  const fields = customerFields(body);
  const name = baseName(body, item.recordId);
  if (item.remoteId !== null) {
    const isLinked = item.snapshot?.['isLinked'] === true;
    const isRenamed = !isLinked && item.snapshot?.['name'] !== name;
    const rename = isRenamed ? { DisplayName: freeName(name, item.recordId, finding) } : {};
    const kept = { name, isLinked };
    return update(
      item,
      { entity: 'Customer', remoteId: item.remoteId },
      { wanted: fields, rename, kept },
      finding,
    );
  }
  if (!finding) throw new Error(`Bug: delivery ${item.deliveryId} is composed without its look-up`);
  const byEmail = customersOf(body, name, references, ownRows(item, finding.byEmail));
  const [match, second] = byEmail;
  if (second) return ambiguous('email', `${byEmail.length} customers have this e-mail`, byEmail);
  const [own] = ownRows(item, finding.own === null ? [] : [finding.own]);
  const found = match ?? own;
  if (found && !found.Active)
    return ambiguous('inactive', `Customer ${found.Id} matches but is inactive`, [found]);
  if (found) {
    const missing = missingFields(fields, found);
    const snapshot = { fields, name, isLinked: match !== undefined };
    return link(
      { entity: 'Customer', remoteId: found.Id, remoteVersion: found.SyncToken },
      missing,
      snapshot,
    );
  }
  const displayName = freeName(name, item.recordId, finding);
  return {
    type: 'write',
    write: {
      operation: 'create',
      entity: 'Customer',
      group: 'batch',
      payload: { DisplayName: displayName, ...fields },
      isLinked: false,
      snapshot: { fields, name, isLinked: false },
      natural: { kind: 'customer', displayName, email: plainEmail(body.email) },
    },
  };
}

/**
 * An e-mail that several customers of ours have names nobody: only one of the same name is the same
 * person.
 */
function customersOf(
  { email }: CustomerBody,
  name: string,
  { sharedEmails }: References,
  rows: CustomerFinding['byEmail'],
): CustomerFinding['byEmail'] {
  const isShared = sharedEmails.has(emailKey(plainEmail(email)) ?? '');
  return isShared ? rows.filter(({ DisplayName }) => DisplayName === name) : rows;
}

/** The name, or with the one suffix where somebody else has it (quickbooks.md#names). */
function freeName(name: string, recordId: string, finding: CustomerFinding | null): string {
  const holders = (wanted: string): string[] =>
    (finding?.taken ?? [])
      .filter((row) => row.name.toLowerCase() === wanted.toLowerCase())
      .map((row) => row.entity);
  if (holders(name).length === 0) return name;
  const besideVendor = suffixedName(name, 'C');
  return !holders(name).includes('Customer') && holders(besideVendor).length === 0
    ? besideVendor
    : suffixedName(name, recordMark(recordId));
}
