import { referencesFrom } from '../../activities/lane/compose-traced';
import type { Composed, Outgoing, Write } from '../../connectors/contract';
import { labelIn } from '../../connectors/product-names';
import { composeCustomer } from '../../connectors/quickbooks/lists/compose-customer';
import { composeItem } from '../../connectors/quickbooks/lists/compose-item';
import {
  baseName,
  itemName,
  recordMark,
  suffixedName,
} from '../../connectors/quickbooks/shape/mapping';
import { customerSchema, itemSchema } from '../../connectors/quickbooks/api/wire';
import { compose as composeInShop } from '../../connectors/woocommerce/push/compose';
import type { WooFinding } from '../../connectors/woocommerce/push/look-up';
import { productSchema } from '../../connectors/woocommerce/api/wire';
import type { KnownProduct } from '../../database/known-products';
import type { LoadedReferences } from '../../database/outgoing';
import { parseChangeBody } from '../../schemas/change-bodies';
import type { ChangeRow, RecordRow } from '../../domain/records/absorb';
import { isParkedSku } from '../../domain/records/articles';
import { emailKey } from '../../domain/email';
import { foldSku } from '../../domain/records/sku-codes';
import { applyStock, type StockEntry } from '../../domain/stock/stock';
import type { JsonObject, Target } from '../../domain/words';
import { change, Memory } from '../domain/fold';
import { companyFacts } from '../support/company-facts';
import type { TestChange } from '../support/stack';

// The rules of domain and connectors over tables and systems in memory: a store and a company that
// know no more than that SKUs and names are unique there, without regard to case. Nothing that we
// write may ever be refused by them.

interface Delivery {
  system: Target;
  kind: 'product' | 'customer';
  recordId: string;
  isDue: boolean;
  remoteId: string | null;
  snapshot: JsonObject | null;
  isLinked: boolean;
}

type Row = Record<string, unknown> & { id: string };

export class World {
  readonly memory = new Memory();
  readonly deliveries: Delivery[] = [];
  /** What each system holds, by id. */
  readonly things: Record<Target, Map<string, Row>> = { woo: new Map(), qbo: new Map() };
  private readonly entries = new Map<string, StockEntry[]>();
  private serial = 100;

  /** One request, absorbed, and both lanes until nothing is due. */
  take(changes: readonly TestChange[]): void {
    const rows = changes.map(rowOf);
    const folded = this.memory.fold(rows);
    const moved = folded.skus.moves.map(({ from, to }, n) => ({ from, via: ` ${n}`, to }));
    for (const { from, via } of moved) this.renameStock(from, via);
    for (const { via, to } of moved) this.renameStock(via, to);
    for (const { sourceId, entries } of folded.movedStock) this.entries.set(sourceId, entries);
    for (const record of folded.records) {
      if (record.kind !== 'product' && record.kind !== 'customer') continue;
      for (const system of record.kind === 'product'
        ? (['woo', 'qbo'] as const)
        : (['qbo'] as const)) {
        const delivery = this.deliveryOf(system, record.kind, record.recordId);
        delivery.isDue =
          record.op === 'present' || (record.kind === 'product' && delivery.remoteId !== null);
      }
    }
    for (let round = 0; this.deliveries.some(({ isDue }) => isDue); round += 1) {
      if (round > 12)
        throw new Error(
          `Still due: ${JSON.stringify(this.deliveries.filter(({ isDue }) => isDue))}`,
        );
      this.push('woo');
      this.push('qbo');
    }
  }

  /** The stock of a SKU as the ledger has it; null where nothing moved it. */
  stockOf(sku: string): number | null {
    const all = [...this.entries.values()].flat().filter((entry) => entry.sku === sku);
    if (all.length === 0) return null;
    const sum = (place: string, at: string): string =>
      String(
        all
          .filter(
            (entry) => entry.place === place && entry.reason !== 'count' && entry.occurredAt > at,
          )
          .reduce((total, entry) => total + Number(entry.quantity), 0),
      );
    const stock = applyStock(
      { places: {} },
      all.map((after) => ({ before: null, after })),
      sum,
    );
    return Number(stock.places['default']?.quantity ?? '0');
  }

  private renameStock(from: string, to: string): void {
    for (const [source, entries] of this.entries)
      this.entries.set(
        source,
        entries.map((entry) => (entry.sku === from ? { ...entry, sku: to } : entry)),
      );
  }

  private deliveryOf(system: Target, kind: Delivery['kind'], recordId: string): Delivery {
    const known = this.deliveries.find(
      (one) => one.system === system && one.kind === kind && one.recordId === recordId,
    );
    if (known !== undefined) return known;
    const made = {
      system,
      kind,
      recordId,
      isDue: false,
      remoteId: null,
      snapshot: null,
      isLinked: false,
    };
    this.deliveries.push(made);
    return made;
  }

  /** A turn: all that is due is composed from what is known before any of it is written. */
  private push(system: Target): void {
    const due = this.deliveries.filter((one) => one.system === system && one.isDue);
    const adopted = new Map<string, Delivery>();
    const composed = due.map((delivery) => ({
      delivery,
      composed: this.compose(delivery, adopted),
    }));
    for (const { delivery, composed: one } of composed) this.settle(delivery, one);
  }

  private compose(delivery: Delivery, adopted: Map<string, Delivery>): Composed {
    for (const others = new Set<string>(); ;) {
      const composed = this.composeOnce(delivery, others);
      if (delivery.remoteId !== null) return composed;
      const { system, kind } = delivery;
      const ownerOf = (remoteId: string): Delivery =>
        this.deliveries.find(
          (one) => one.system === system && one.kind === kind && one.remoteId === remoteId,
        ) ??
        adopted.get(remoteId) ??
        delivery;
      const foreign = foundBy(composed).filter((remoteId) => ownerOf(remoteId) !== delivery);
      if (foreign.length === 0) {
        if (composed.type !== 'hold')
          for (const remoteId of foundBy(composed)) adopted.set(remoteId, delivery);
        return composed;
      }
      for (const remoteId of foreign) others.add(remoteId);
    }
  }

  private composeOnce(delivery: Delivery, others: ReadonlySet<string>): Composed {
    const record = this.memory.record(delivery.kind, delivery.recordId);
    const item = outgoingOf(delivery, record, others);
    const loaded = this.loadedFor(item, delivery.system);
    const { references } = referencesFrom(loaded, item);
    const { record: content } = item;
    if (content.kind === 'customer')
      return composeCustomer(item, content.body, references, this.customerFinding(item));
    if (content.kind !== 'product') throw new Error(`a ${content.kind} is not written here`);
    const code = references.ownProducts.get(item.recordId)?.code ?? content.body.sku;
    if (delivery.system === 'woo') {
      const rules = { currency: null, zeroPrice: 'publish' } as const;
      return composeInShop(item, { references, finding: this.shopFinding(item, code), rules });
    }
    const company = { references, facts: companyFacts };
    return composeItem(item, content.body, company, this.itemFinding(item, code));
  }

  private settle(delivery: Delivery, composed: Composed): void {
    switch (composed.type) {
      case 'write':
        this.write(delivery, composed.write);
        return;
      case 'adopt':
        Object.assign(delivery, {
          remoteId: composed.remoteId,
          snapshot: composed.snapshot,
          isLinked: composed.isLinked,
          isDue: false,
        });
        return;
      case 'skip':
        delivery.isDue = false;
        return;
      case 'later':
        return;
      case 'notReady':
      case 'hold':
        throw new Error(`${delivery.system} ${delivery.recordId}: ${JSON.stringify(composed)}`);
    }
  }

  private write(
    delivery: Delivery,
    { payload, snapshot, natural, operation, isLinked }: Write,
  ): void {
    const id =
      operation === 'create'
        ? String((this.serial += 1))
        : textOf(payload['Id']) + textOf(payload['id']);
    const things = this.things[delivery.system];
    const row: Row = { ...things.get(id), ...payload, id, kind: delivery.kind };
    const name = nameOf(row);
    const holder = [...things].find(
      ([other, thing]) => other !== id && thing['kind'] === row['kind'] && nameOf(thing) === name,
    );
    // Two of one name in one turn: the second is refused (6240), and looks again.
    if (holder !== undefined && delivery.kind === 'customer') return;
    if (holder !== undefined)
      throw new Error(
        `${delivery.system} refuses the name ${name} of ${delivery.recordId}, which ` +
          `${holder[0]} has`,
      );
    things.set(id, row);
    const isStep = natural['isStep'] === true;
    Object.assign(delivery, { remoteId: id, snapshot, isLinked, isDue: isStep });
  }

  private loadedFor(item: Outgoing, system: Target): LoadedReferences {
    const { body } = item.record;
    const emails = [...this.memory.records.values()].flatMap(({ content }) =>
      content?.kind === 'customer' ? (emailKey(content.body.email) ?? []) : [],
    );
    const byId = new Map([[item.recordId, this.known(item.recordId, system)]]);
    const bySku: LoadedReferences['products']['bySku'] =
      'sku' in body
        ? new Map([[body.sku, { present: item.recordId, meant: item.recordId }]])
        : new Map<string, never>();
    const mappings = new Map([['account/income', { target: '79', version: 1 }]]);
    const shared = new Set(emails.filter((email, n) => emails.indexOf(email) !== n));
    return {
      products: { byId, bySku },
      sharedEmails: shared,
      customers: new Map(),
      orders: new Map(),
      documents: new Map(),
      sales: new Map(),
      layAways: new Map(),
      circles: new Map(),
      listed: new Map(),
      mappings,
    };
  }

  private known(recordId: string, system: Target): KnownProduct {
    const claims = [...this.memory.skus.values()];
    const claim = claims.find((one) => one.recordId === recordId && one.slot === '');
    const own = this.deliveries.find(
      (one) => one.system === system && one.kind === 'product' && one.recordId === recordId,
    );
    const code = claim?.code ?? null;
    const label = own === undefined ? null : labelOf(own);
    const blocker =
      code === null
        ? undefined
        : this.deliveries.find(
            (one) =>
              one.system === system && one.recordId !== recordId && labelOf(one) === foldSku(code),
          );
    return {
      recordId,
      remoteId: own?.remoteId ?? null,
      isOpen: own?.isDue ?? false,
      code,
      isStockTracked: true,
      isLinked: own?.isLinked ?? false,
      isParked: claim !== undefined && isParkedSku(claim.sku),
      blocker: blocker === undefined ? null : { recordId: blocker.recordId, isOpen: blocker.isDue },
      isNameWanted:
        label !== null &&
        claims.some((one) => one.recordId !== recordId && foldSku(one.code) === label),
    };
  }

  private rows(system: Target, kind: Delivery['kind']): Row[] {
    return [...this.things[system].values()].filter((row) => row['kind'] === kind);
  }

  private shopFinding({ remoteId }: Outgoing, code: string): WooFinding {
    if (remoteId !== null) return { type: 'absent' };
    const hit = this.rows('woo', 'product').find((row) => nameOf(row) === foldSku(code));
    if (hit === undefined) return { type: 'absent' };
    const product = productSchema.parse({ ...hit, id: Number(hit.id) });
    return product.sku === code
      ? { type: 'exact', product }
      : { type: 'inexact', detail: `id ${hit.id}` };
  }

  private itemFinding(item: Outgoing, code: string): Parameters<typeof composeItem>[3] {
    const rows = this.rows('qbo', 'product').map((row) => itemSchema.parse({ ...row, Id: row.id }));
    const sku = item.record.kind === 'product' ? item.record.body.sku : '';
    const isNew = item.remoteId === null;
    const bySku = isNew ? rows.filter((row) => row.Sku === sku) : [];
    const byName = isNew ? rows.filter((row) => foldSku(row.Name) === foldSku(itemName(code))) : [];
    return { type: 'item', bySku, byName, version: '1', isGone: false };
  }

  private customerFinding({
    record,
    recordId,
    remoteId,
  }: Outgoing): Parameters<typeof composeCustomer>[3] {
    if (record.kind !== 'customer') return null;
    const rows = this.rows('qbo', 'customer').map((row) =>
      customerSchema.parse({ ...row, Id: row.id }),
    );
    const name = baseName(record.body, recordId);
    const ours = suffixedName(name, recordMark(recordId));
    const email = emailKey(record.body.email);
    const byEmail =
      remoteId === null
        ? rows.filter((row) => email !== null && emailKey(row.PrimaryEmailAddr?.Address) === email)
        : [];
    const names = [name, suffixedName(name, 'C'), ours].map((text) => text.toLowerCase());
    const taken = rows
      .filter((row) => row.Id !== remoteId && names.includes(row.DisplayName.toLowerCase()))
      .map((row) => ({ entity: 'Customer' as const, id: row.Id, name: row.DisplayName }));
    const own = rows.find((row) => row.DisplayName === ours) ?? null;
    return { type: 'customer', byEmail, taken, own, version: '1', isGone: false };
  }
}

/** What was there before and this takes, or cannot tell from its own. */
function foundBy(composed: Composed): readonly string[] {
  if (composed.type === 'adopt') return [composed.remoteId];
  if (composed.type === 'hold') return composed.among ?? [];
  return composed.type === 'write' && composed.adopts !== undefined ? [composed.adopts] : [];
}

function rowOf({ kind, op, recordId, revision, occurredAt, body }: TestChange): ChangeRow {
  const content = op === 'delete' ? null : parseChangeBody(kind, body);
  return change({
    kind,
    recordId,
    content,
    sourceRev: revision ?? null,
    ...(occurredAt === undefined ? {} : { occurredAt }),
  });
}

function outgoingOf(
  delivery: Delivery,
  { rev, op, content }: RecordRow,
  others: ReadonlySet<string>,
): Outgoing {
  if (content === null) throw new Error(`nothing is known of ${delivery.recordId}`);
  const { recordId, remoteId, snapshot } = delivery;
  const remoteVersion = remoteId === null ? null : '1';
  return {
    deliveryId: 'd',
    recordId,
    part: '',
    rev,
    op,
    record: content,
    attempts: 0,
    lastClass: null,
    remoteId,
    remoteVersion,
    snapshot,
    others,
  };
}

/** The name that has to be unique there. */
function nameOf(row: Row): string {
  return foldSku([row['sku'], row['Name'], row['DisplayName']].map(textOf).join(''));
}

function labelOf({ kind, snapshot }: Delivery): string | null {
  return kind === 'product' && snapshot !== null ? labelIn(snapshot) : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
