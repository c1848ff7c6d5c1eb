import {
  hold,
  type CallGate,
  type Compose,
  type Composed,
  type Outgoing,
  type References,
} from '../contract';
import type { QboClient } from './api/client';
import { withPosted } from './books/posted';
import type { CompanyContext } from './company/context';
import { composeCustomer } from './lists/compose-customer';
import { composeItem } from './lists/compose-item';
import { lookUpLists } from './lists/look-up';
import { absent, type CustomerFinding, type ItemFinding } from './lists/name-writes';
import { lookUpDocuments, type DocumentsFinding } from './look-up-documents';
import { finished, planPart } from './plan/part';
import { composedOf } from './plan/planned';

/** What was found for one delivery. */
export type Finding = CustomerFinding | ItemFinding | DocumentsFinding;

/** Asks the company what composing these needs, and composes by it. */
export async function lookUp(
  client: QboClient,
  { items, references }: { items: readonly Outgoing[]; references: References },
  company: Omit<CompanyContext, 'references'>,
  gate: CallGate,
): Promise<Compose> {
  const findings = new Map<string, Finding>([
    ...(await lookUpLists(client, items, references, gate)),
    ...(await lookUpDocuments(client, items, { ...company, references }, gate)),
  ]);
  return (item, known) =>
    compose(item, { ...company, references: known }, findings.get(item.deliveryId));
}

/** What to do for one delivery to a company. Pure. */
export function compose(item: Outgoing, company: CompanyContext, finding?: Finding): Composed {
  const { record, op } = item;
  switch (record.kind) {
    case 'customer': {
      const found = finding?.type === 'customer' ? finding : null;
      return op === 'absent'
        ? absent(item)
        : composeCustomer(item, record.body, company.references, found);
    }
    case 'product': {
      const found = finding?.type === 'item' ? finding : null;
      return composeItem(item, record.body, company, found);
    }
    case 'inventory':
      return hold('not_built', record.kind, `Pushing ${record.kind} records to QuickBooks`);
    case 'order':
    case 'refund':
    case 'invoice':
    case 'payment':
    case 'payout':
    case 'cash':
    case 'summary': {
      const found = finding?.type === 'documents' ? finding : null;
      const asked = { item: withPosted(item), company, rows: found?.rows ?? new Map() };
      // Planning is half of the work on a new document; what its lines are mapped to is asked again
      // when it is shaped.
      const planned = found?.planned ?? planPart(asked);
      return composedOf(finished(asked, planned, found?.document ?? null));
    }
  }
}
