import { connectors } from '../../connectors/registry';
import type { Outgoing } from '../../connectors/contract';
import type { ReferenceKeys } from '../../database/outgoing';
import { emailKey, plainEmail } from '../../domain/email';
import { isTicket } from '../../domain/posting/guests';
import { type Kind, paidOutKinds, type PaidOutKind } from '../../domain/words';
import { circleOf } from '../../domain/posting/plan/circle';
import { appliedPart, isMovePart, tenderOfPart } from '../../domain/posting/part-names';
import {
  layAwayOf,
  salesOf,
  thingsReferredTo,
  type Thing,
} from '../../domain/records/record-references';

/** What of our own database composing these needs, each key once. */
export function referenceKeysOf(items: readonly Outgoing[]): ReferenceKeys {
  const skus = new Set<string>();
  const productIds = new Set<string>();
  const emails = new Set<string>();
  const customerIds = new Set<string>();
  const orderIds = new Set<string>();
  const documents = new Map<string, Thing>();
  const sales = new Map<string, Thing>();
  const layAways = new Set<string>();
  const circles = new Set<string>();
  const listed = new Map<string, { kind: PaidOutKind; recordId: string }>();
  const add = (thing: Thing): void => {
    if (thing.kind === 'customer') customerIds.add(thing.recordId);
    else if (thing.kind === 'order') orderIds.add(thing.recordId);
    else documents.set(`${thing.kind}/${thing.recordId}`, thing);
  };
  for (const item of items) {
    const { record, recordId, combined } = item;
    if (record.kind === 'inventory') skus.add(recordId);
    if (record.kind === 'product') {
      skus.add(record.body.sku);
      productIds.add(recordId);
    }
    const email = record.kind === 'customer' ? emailKey(plainEmail(record.body.email)) : null;
    if (email !== null) emails.add(email);
    for (const { sku, productId } of [
      ...(combined?.items ?? []),
      ...(isTicket(record) ? record.body.lines : []),
    ]) {
      skus.add(sku);
      if (productId !== undefined) productIds.add(productId);
    }
    const posted = connectors.qbo.books.postedKeysOf(item.snapshot);
    posted.skus.forEach((sku) => skus.add(sku));
    posted.customerIds.forEach((id) => customerIds.add(id));
    thingsReferredTo(record).forEach(add);
    if (refersToItself(item)) add({ kind: record.kind, recordId });
    const layAway = layAwayOf(record, recordId);
    if (layAway !== null) layAways.add(layAway);
    const circle = circleOf(item, item.snapshot !== null);
    if (circle !== null) circles.add(circle);
    if (record.kind === 'payout')
      for (const one of [...record.body.includes, ...(record.body.chargebacks ?? [])])
        listed.set(`${one.kind}/${one.recordId}`, one);
    const ownSales = salesOf(record);
    // It goes after what was paid on it, by setting it comes with that, and to another customer
    // without it; and nothing that others rest on is taken away.
    if (record.kind === 'invoice' || (record.kind === 'order' && item.rev > 1))
      ownSales.push({ kind: record.kind, recordId });
    if (isPaidOutKind(record.kind) && item.rev > 1)
      listed.set(`${record.kind}/${recordId}`, { kind: record.kind, recordId });
    for (const sale of ownSales) sales.set(`${sale.kind}/${sale.recordId}`, sale);
  }
  return {
    skus: [...skus],
    productIds: [...productIds],
    emails: [...emails],
    customerIds: [...customerIds],
    orderIds: [...orderIds],
    documents: [...documents.values()],
    sales: [...sales.values()],
    layAways: [...layAways],
    circles: [...circles],
    listed: [...listed.values()],
  };
}

function isPaidOutKind(kind: Kind): kind is PaidOutKind {
  return (paidOutKinds as readonly Kind[]).includes(kind);
}

/** A payment or a move of a ticket comes after the ticket's own document. */
function refersToItself({ part }: Outgoing): boolean {
  return tenderOfPart(part) !== null || isMovePart(part) || part === appliedPart;
}
