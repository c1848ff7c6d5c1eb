import type { PostingSettings } from '../../domain/posting/settings';
import type { JsonObject } from '../../domain/words';
import type { Composed, Outgoing, References } from '../connector';
import { composeCustomer, composeItem } from './compose-names';
import { composeDocument } from './document';
import type { QboFacts } from './facts';
import { hold } from './hold';
import { findingOf } from './findings';
import { composeMoney, isMoney } from './money';

// What to do for one delivery to a company. Pure.

export function compose(
  item: Outgoing,
  references: References,
  findings: JsonObject,
  facts: QboFacts,
  posting: PostingSettings,
): Composed {
  const finding = findingOf(findings, item.deliveryId);
  const document = finding?.type === 'document' ? finding.document : null;
  const { record } = item;
  switch (record.kind) {
    case 'customer':
      if (item.op === 'absent') return absent(item);
      return composeCustomer(item, record.body, finding?.type === 'customer' ? finding : null);
    case 'product':
      if (item.op === 'absent') return absent(item);
      return composeItem(
        item,
        record.body,
        references,
        facts,
        finding?.type === 'item' ? finding : null,
      );
    case 'summary':
    case 'order':
    case 'refund':
    case 'invoice':
    case 'payment':
      return isMoney(item)
        ? composeMoney(item, references, facts, posting, document)
        : composeDocument(
            item,
            record,
            { references, facts, settings: posting },
            new Map(Object.entries(finding?.type === 'document' ? finding.rows : {})),
            document,
          );
    case 'payout':
    case 'cash':
      return composeMoney(item, references, facts, posting, document);
    case 'inventory':
      return hold('not_built', record.kind, `Pushing ${record.kind} records to QuickBooks`);
  }
}

function absent(item: Outgoing): Composed {
  return item.remoteId === null
    ? { type: 'skip', reason: 'nothing_to_delete' }
    : hold('not_built', `${item.record.kind}_delete`, 'Making it inactive in QuickBooks');
}
