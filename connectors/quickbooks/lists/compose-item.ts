import type { ProductBody } from '../../../domain/bodies';
import type { JsonObject } from '../../../domain/words';
import {
  hold,
  type Composed,
  type Outgoing,
  type ProductReference,
  type Write,
} from '../../contract';
import { markedName, nameStepOf, ownReference } from '../../product-names';
import { ambiguous, mappedAccount } from '../company/hold';
import { itemFields, itemName, missingFields } from '../shape/mapping';
import { link, ownRows, update, type ItemFinding } from './name-writes';
import type { Company } from '../company/context';

// What to do for an item (accounting.md#items). Pure.

/**
 * What an item is to show: a deleted one, or one whose SKU another has, no more than that it is not
 * that one.
 */
export function fieldsOfItem(
  item: Outgoing,
  body: ProductBody,
  known: ProductReference | undefined,
): JsonObject {
  const code = known?.code ?? body.sku;
  const fields = itemFields(body, code, known?.isParked === true ? code : body.sku);
  const said = item.op === 'present' ? fields : onlyKeys(fields, ['Name', 'Sku']);
  // A person's item keeps the name that it has there.
  return item.snapshot?.['isLinked'] === true
    ? onlyKeys(said, ['Sku', 'Description', 'UnitPrice'])
    : said;
}

function onlyKeys(fields: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => keys.includes(key)));
}

export function composeItem(
  item: Outgoing,
  body: ProductBody,
  company: Company,
  finding: ItemFinding | null,
): Composed {
  const { references, facts } = company;
  const known = ownReference(item, body, references);
  if (item.op === 'absent' && (known === undefined || item.remoteId === null))
    return { type: 'skip', reason: item.remoteId === null ? 'nothing_to_delete' : 'policy' };
  if ((body.variants ?? []).length > 0)
    return hold('not_built', 'variants', 'Products with variants');
  if (body.currency !== undefined && body.currency !== facts.homeCurrency)
    return currencyHold(body.sku, body.currency, facts.homeCurrency);
  const code = known?.code ?? body.sku;
  const fields = fieldsOfItem(item, body, known);
  const isLinked = item.snapshot?.['isLinked'] === true;
  const step = isLinked ? { type: 'final' as const } : nameStepOf(item, known);
  if (step.type === 'wait') return step.composed;
  if (item.remoteId !== null) {
    const isInterim = step.type === 'interim';
    const wanted = isInterim ? { Name: itemName(step.name) } : fields;
    const row = { entity: 'Item', remoteId: item.remoteId } as const;
    const composed = update(item, row, { wanted, rename: {}, kept: { isLinked } }, finding);
    if (isInterim) return composed.type === 'write' ? asStep(composed.write) : composed;
    // A deleted product stays as it is, but for a name that is another product's now.
    return item.op === 'absent' && composed.type === 'adopt'
      ? { type: 'skip', reason: 'policy' }
      : composed;
  }
  const snapshot = { fields, isLinked: true };
  // The SKU that another product has now is no key of this one.
  const sku = known?.isParked === true ? code : body.sku;
  const mapped = references.mapping('item', sku);
  // Several SKUs on one item: that item is the first one's, the lines of all find it by the
  // mapping.
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
    return link(
      { entity: 'Item', remoteId: Id, remoteVersion: SyncToken },
      missingFields(fields, match.item),
      snapshot,
    );
  }
  const isNameTaken = finding.byName.length > 0;
  const free = isNameTaken ? markedName(code, item.recordId) : code;
  return createItem(body, itemFields(body, free, sku), company);
}

/** The price of an item there is in the currency of the books, whatever the POS sells in. */
function currencyHold(sku: string, currency: string, homeCurrency: string | null): Composed {
  if (homeCurrency === null)
    return hold('currency_unknown', 'price', `The price of SKU "${sku}" is in ${currency}`);
  const detail =
    `The price of SKU "${sku}" is in ${currency}, the books are kept in ${homeCurrency}: ` +
    `send it in ${homeCurrency}, or make the item by hand, map item:${sku} to it and discard this`;
  return hold('currency_differs', currency, detail);
}

function asStep(write: Write): Composed {
  return { type: 'write', write: { ...write, natural: { ...write.natural, isStep: true } } };
}

function createItem(body: ProductBody, fields: JsonObject, company: Company): Composed {
  const { references } = company;
  const hasServiceAccount =
    body.type === 'service' && references.mapping('account', 'income.service') !== null;
  const income = mappedAccount(company, hasServiceAccount ? 'income.service' : 'income');
  if (income.type === 'stop') return income.composed;
  const hasExpense = references.mapping('account', 'expense') !== null;
  const expense = hasExpense ? mappedAccount(company, 'expense') : null;
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

/** SKU exact, case counts; else the name, where its SKU is none or ours (accounting.md#items). */
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
