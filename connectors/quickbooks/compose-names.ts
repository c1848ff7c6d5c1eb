import type { CustomerBody, ProductBody } from '../../domain/bodies';
import { plainEmail } from '../../domain/email';
import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing, References } from '../connector';
import type { QboFacts } from './facts';
import { hold, mappedAccount } from './hold';
import type { CustomerFinding, ItemFinding } from './findings';
import {
  baseName,
  changedFields,
  customerFields,
  itemFields,
  itemName,
  missingFields,
  suffixedName,
} from './mapping';

// What to do for a customer or an item (accounting.md 12, 13). Pure.
// Snapshot: `fields` as written last, `name` before any suffix, `isLinked` where a person had made it:
// then its name stays as it is there.

export function composeCustomer(
  item: Outgoing,
  body: CustomerBody,
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
  const [match, second] = finding.byEmail;
  if (second)
    return hold('ambiguous_match', 'email', `${finding.byEmail.length} customers have this e-mail`);
  const found = match ?? finding.own;
  if (found && !found.Active)
    return hold('ambiguous_match', 'inactive', `Customer ${found.Id} matches but is inactive`);
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
    : suffixedName(name, recordId);
}

export function composeItem(
  item: Outgoing,
  body: ProductBody,
  references: References,
  facts: QboFacts,
  finding: ItemFinding | null,
): Composed {
  if ((body.variants ?? []).length > 0)
    return hold('not_built', 'variants', 'Products with variants');
  if (body.currency !== undefined && body.currency !== facts.homeCurrency)
    return hold('not_built', 'foreign_currency', `The price is in ${body.currency}`);
  const code = references.products.get(body.sku)?.code ?? body.sku;
  const fields = itemFields(body, code);
  if (item.remoteId !== null) {
    const isLinked = item.snapshot?.['isLinked'] === true;
    const wanted = isLinked ? withoutName(fields) : fields;
    return update(item, 'Item', item.remoteId, wanted, {}, { isLinked }, finding);
  }
  const snapshot = { fields, isLinked: true };
  const mapped = references.mapping('item', body.sku);
  if (mapped !== null)
    return { type: 'adopt', remoteId: mapped, remoteVersion: null, snapshot, isLinked: true };
  if (!finding) throw new Error(`Bug: delivery ${item.deliveryId} is composed without its look-up`);
  const match = matchOf(body.sku, itemName(code), finding);
  if (match.type === 'stop') return match.composed;
  if (match.type === 'found') {
    const { Id, SyncToken } = match.item;
    return link('Item', Id, SyncToken, missingFields(fields, match.item), snapshot);
  }
  return createItem(body, code, references, facts);
}

/** A person's item keeps the name that it has there. */
function withoutName(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'Name'));
}

function createItem(
  body: ProductBody,
  code: string,
  references: References,
  facts: QboFacts,
): Composed {
  const fields = itemFields(body, code);
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
      natural: { kind: 'item', sku: body.sku, name: itemName(code) },
    },
  };
}

type Match =
  | { type: 'none' }
  | { type: 'found'; item: ItemFinding['bySku'][number] }
  | { type: 'stop'; composed: Composed };

/** SKU exact, case counts; else the name, where its SKU is none or ours (accounting.md 13). */
function matchOf(sku: string, name: string, finding: ItemFinding): Match {
  const stop = (what: string, detail: string): Match => ({
    type: 'stop',
    composed: hold('ambiguous_match', what, detail),
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
    : updateWrite(entity, remoteId, remoteVersion, missing, snapshot, isLinked);
}

function updateWrite(
  entity: 'Customer' | 'Item',
  id: string,
  syncToken: string,
  changed: JsonObject,
  snapshot: JsonObject,
  isLinked: boolean,
): Composed {
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
