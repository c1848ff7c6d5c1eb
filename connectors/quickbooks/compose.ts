import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing } from '../contract';
import { composeCustomer } from './lists/compose-customer';
import { composeItem } from './lists/compose-item';
import { absent } from './lists/name-writes';
import { composeDocument } from './plan/document';
import type { CompanyContext } from './company/context';
import { hold } from './company/hold';
import { findingOf } from './books/findings';
import { isMoney } from './plan/wanted-money';
import { composeMoney } from './plan/entry';
import { thenSettled } from './plan/opens-on-account';
import type { Plans } from './plan/plan-once';

// What to do for one delivery to a company. Pure.

export function compose(
  item: Outgoing,
  company: CompanyContext,
  findings: JsonObject,
  plans: Plans,
): Composed {
  const finding = findingOf(findings, item.deliveryId);
  const document = finding?.type === 'document' ? finding.document : null;
  const rows = new Map(Object.entries(finding?.type === 'document' ? finding.rows : {}));
  const { record } = item;
  switch (record.kind) {
    case 'customer':
      if (item.op === 'absent') return absent(item);
      return composeCustomer(
        item,
        record.body,
        company.references,
        finding?.type === 'customer' ? finding : null,
      );
    case 'product':
      return composeItem(item, record.body, company, finding?.type === 'item' ? finding : null);
    case 'summary':
    case 'order':
    case 'refund':
    case 'invoice':
    case 'payment':
      return thenSettled(
        item,
        company,
        isMoney(item)
          ? composeMoney(item, company, rows, document)
          : composeDocument(item, plans.take(item, record, company, rows), company, document),
      );
    case 'payout':
    case 'cash':
      return composeMoney(item, company, rows, document);
    case 'inventory':
      return hold('not_built', record.kind, `Pushing ${record.kind} records to QuickBooks`);
  }
}
