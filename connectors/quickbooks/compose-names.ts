import type { CustomerBody, ProductBody } from '../../domain/bodies';
import { emailKey, plainEmail } from '../../domain/email';
import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing, ProductReference, References, Write } from '../connector';
import { markedName, nameStepOf, ownReference } from '../product-names';
import type { QboFacts } from './facts';
import { ambiguous, hold, mappedAccount } from './hold';
import type { CustomerFinding, ItemFinding } from './findings';
import {
  baseName,
  changedFields,
  customerFields,
  itemFields,
  itemName,
  missingFields,
  recordMark,
  suffixedName,
} from './mapping';

// What to do for a customer or an item (accounting.md 12, 13). Pure.
// Snapshot: `fields` as written last, `name` before any suffix, `isLinked` where a person had made it:
// then its name stays as it is there.

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
    return update(item, 'Customer', item.remoteId, fields, rename, kept, finding);
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
    return link('Customer', found.Id, found.SyncToken, missing, snapshot);
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

/** Of what was found, what is not another record's of ours. */
function ownRows<T extends { Id: string }>({ others }: Outgoing, rows: readonly T[]): T[] {
  return rows.filter(({ Id }) => others?.has(Id) !== true);
}

/** An e-mail that several customers of ours have names nobody: only one of the same name is the same person. */
function customersOf(
  { email }: CustomerBody,
  name: string,
  { sharedEmails }: References,
  rows: CustomerFinding['byEmail'],
): CustomerFinding['byEmail'] {
  const isShared = sharedEmails.has(emailKey(plainEmail(email)) ?? '');
  return isShared ? rows.filter(({ DisplayName }) => DisplayName === name) : rows;
}

/** The name, or with the one suffix where somebody else has it (quickbooks.md 14). */
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

export function absent(item: Outgoing): Composed {
  return item.remoteId === null
    ? { type: 'skip', reason: 'nothing_to_delete' }
    : hold('not_built', `${item.record.kind}_delete`, 'Making it inactive in QuickBooks');
}

/** What an item is to show: a deleted one, or one whose SKU another has, no more than that it is not that one. */
export function fieldsOfItem(
  item: Outgoing,
  body: ProductBody,
  known: ProductReference | undefined,
): JsonObject {
  const code = known?.code ?? body.sku;
  const fields = itemFields(body, code, known?.isParked === true ? code : body.sku);
  const said = item.op === 'present' ? fields : onlyKeys(fields, ['Name', 'Sku']);
  // A person's item keeps the name that it has there.
  return item.snapshot?.['isLinked'] === true ? onlyKeys(said, ['Sku', 'Description', 'UnitPrice']) : said; // prettier-ignore
}

function onlyKeys(fields: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => keys.includes(key)));
}

export function composeItem(
  item: Outgoing,
  body: ProductBody,
  references: References,
  facts: QboFacts,
  finding: ItemFinding | null,
): Composed {
  const known = ownReference(item, body, references);
  if (item.op === 'absent' && (known === undefined || item.remoteId === null))
    return { type: 'skip', reason: item.remoteId === null ? 'nothing_to_delete' : 'policy' };
  if ((body.variants ?? []).length > 0)
    return hold('not_built', 'variants', 'Products with variants');
  if (body.currency !== undefined && body.currency !== facts.homeCurrency)
    return hold('not_built', 'foreign_currency', `The price is in ${body.currency}`);
  const code = known?.code ?? body.sku;
  const fields = fieldsOfItem(item, body, known);
  const isLinked = item.snapshot?.['isLinked'] === true;
  const step = isLinked ? { type: 'final' as const } : nameStepOf(item, known);
  if (step.type === 'wait') return step.composed;
  if (item.remoteId !== null && step.type === 'interim') {
    const name = { Name: itemName(step.name) };
    const composed = update(item, 'Item', item.remoteId, name, {}, { isLinked }, finding);
    return composed.type === 'write' ? asStep(composed.write) : composed;
  }
  if (item.remoteId !== null) {
    const composed = update(item, 'Item', item.remoteId, fields, {}, { isLinked }, finding);
    // A deleted product stays as it is, but for a name that is another product's now.
    return item.op === 'absent' && composed.type === 'adopt' ? { type: 'skip', reason: 'policy' } : composed; // prettier-ignore
  }
  const snapshot = { fields, isLinked: true };
  // The SKU that another product has now is no key of this one.
  const sku = known?.isParked === true ? code : body.sku;
  const mapped = references.mapping('item', sku);
  // Several SKUs on one item: that item is the first one's, the lines of all find it by the mapping.
  if (mapped !== null && item.others?.has(mapped) === true)
    return { type: 'skip', reason: 'mapped' };
  if (mapped !== null)
    return { type: 'adopt', remoteId: mapped, remoteVersion: null, snapshot, isLinked: true };
  if (!finding) throw new Error(`Bug: delivery ${item.deliveryId} is composed without its look-up`);
  const own = { bySku: ownRows(item, finding.bySku), byName: ownRows(item, finding.byName) };
  const match = matchOf(sku, itemName(code), own);
  if (match.type === 'stop') return match.composed;
  if (match.type === 'found') {
    const { Id, SyncToken } = match.item;
    return link('Item', Id, SyncToken, missingFields(fields, match.item), snapshot);
  }
  const isNameTaken = finding.byName.length > 0;
  const free = isNameTaken ? markedName(code, item.recordId) : code;
  return createItem(body, itemFields(body, free, sku), references, facts);
}

function asStep(write: Write): Composed {
  return { type: 'write', write: { ...write, natural: { ...write.natural, isStep: true } } };
}

function createItem(
  body: ProductBody,
  fields: JsonObject,
  references: References,
  facts: QboFacts,
): Composed {
  const hasServiceAccount =
    body.type === 'service' && references.mapping('account', 'income.service') !== null;
  const income = mappedAccount(references, facts, hasServiceAccount ? 'income.service' : 'income');
  if (income.type === 'stop') return income.composed;
  const hasExpense = references.mapping('account', 'expense') !== null;
  const expense = hasExpense ? mappedAccount(references, facts, 'expense') : null;
  if (expense?.type === 'stop') return expense.composed;
  return {
    type: 'write',
    write: {
      operation: 'create',
      entity: 'Item',
      group: 'batch',
      payload: {
        ...fields,
        Type: body.type === 'service' ? 'Service' : 'NonInventory',
        IncomeAccountRef: { value: income.id },
        ...(expense === null ? {} : { ExpenseAccountRef: { value: expense.id } }),
      },
      isLinked: false,
      snapshot: { fields, isLinked: false },
      natural: { kind: 'item', sku: fields['Sku'] ?? '', name: fields['Name'] ?? '' },
    },
  };
}

type Match =
  | { type: 'none' }
  | { type: 'found'; item: ItemFinding['bySku'][number] }
  | { type: 'stop'; composed: Composed };

/** SKU exact, case counts; else the name, where its SKU is none or ours (accounting.md 13). */
function matchOf(sku: string, name: string, finding: Pick<ItemFinding, 'bySku' | 'byName'>): Match {
  const stop = (what: string, detail: string): Match => ({
    type: 'stop',
    composed: ambiguous(what, detail, [...finding.bySku, ...finding.byName]),
  });
  const [bySku, second] = finding.bySku;
  if (second)
    return stop('sku', `Items ${finding.bySku.map((row) => row.Id).join(', ')} have SKU "${sku}"`);
  const [byName] = finding.byName;
  const found = bySku ?? byName;
  if (!found) return { type: 'none' };
  if (!found.Active) return stop('inactive', `Item ${found.Id} matches "${sku}" but is inactive`);
  const isOther = found.Name !== name || found.Sku !== '';
  if (!bySku && isOther)
    return stop(
      'name',
      `Item ${found.Id} has the name "${found.Name}" and another SKU or spelling`,
    );
  if (found.Type === 'Category') return stop('type', `Item ${found.Id} is a category`);
  return { type: 'found', item: found };
}

/** Whether the present version must be read before an update: unknown here, or refused last time. */
export function needsVersion(item: Outgoing, fields: JsonObject, isRenamed: boolean): boolean {
  if (item.remoteId === null) return false;
  const isChanged = isRenamed || Object.keys(changedFields(fields, lastFields(item))).length > 0;
  return isChanged && (item.remoteVersion === null || item.lastClass !== null);
}

function lastFields(item: Outgoing): JsonObject {
  const fields = item.snapshot?.['fields'];
  return typeof fields === 'object' && fields !== null && !Array.isArray(fields)
    ? Object.fromEntries(Object.entries(fields))
    : {};
}

/** A sparse update of what changed on our side; everything else stays as a person left it (traps 35, 36). */
function update(
  item: Outgoing,
  entity: 'Customer' | 'Item',
  remoteId: string,
  wanted: JsonObject,
  rename: JsonObject,
  kept: JsonObject,
  finding: CustomerFinding | ItemFinding | null,
): Composed {
  const last = lastFields(item);
  const changed = { ...changedFields(wanted, last), ...rename };
  const snapshot = { ...kept, fields: { ...last, ...wanted } };
  const isLinked = kept['isLinked'] === true;
  const remoteVersion = finding?.version ?? item.remoteVersion;
  if (Object.keys(changed).length === 0)
    return { type: 'adopt', remoteId, remoteVersion, snapshot, isLinked };
  if (finding?.isGone || remoteVersion === null)
    return hold('gone_in_system', entity, `${entity} ${remoteId} is not there any more`);
  return updateWrite(entity, remoteId, remoteVersion, changed, snapshot, isLinked);
}

/** Adopts something found there; only fields that are empty there are filled. */
function link(
  entity: 'Customer' | 'Item',
  remoteId: string,
  remoteVersion: string,
  missing: JsonObject,
  snapshot: JsonObject,
): Composed {
  const isLinked = snapshot['isLinked'] === true;
  return Object.keys(missing).length === 0
    ? { type: 'adopt', remoteId, remoteVersion, snapshot, isLinked }
    : {
        ...updateWrite(entity, remoteId, remoteVersion, missing, snapshot, isLinked),
        adopts: remoteId,
      };
}

function updateWrite(
  entity: 'Customer' | 'Item',
  id: string,
  syncToken: string,
  changed: JsonObject,
  snapshot: JsonObject,
  isLinked: boolean,
): Extract<Composed, { type: 'write' }> {
  return {
    type: 'write',
    write: {
      operation: 'update',
      entity,
      group: 'batch',
      payload: { Id: id, SyncToken: syncToken, sparse: true, ...changed },
      isLinked,
      snapshot,
      natural: { kind: 'update', id, syncToken },
    },
  };
}
