import { decide } from '../../../domain/posting/decide/decide';
import type { Decision, DocumentType } from '../../../domain/posting/document';
import type { Sale } from '../../../domain/posting/sale';
import { isInvoiced } from '../../../domain/posting/source/ticket';
import type { PostingSettings } from '../../../domain/posting/settings';
import { isSummary } from '../../../domain/posting/summary/summary';
import { decideSummary, withShownGoods } from '../../../domain/posting/summary/summary-document';
import type { Outgoing } from '../../contract';
import { isCredited } from './credited-refund';
import { taxedByDeposits } from './deposit-tax';
import type { DecisionContext, CompanyContext } from '../company/context';
import type { DocumentEntity } from '../api/entities';
import { saleOfRecord, type DocumentSource, type SaleOfRecord } from './sale-of';
import { taxCodeOf } from '../company/tax-codes';

// What planning and composing a document rest on: company, mappings, settings, and the sale of a
// part.

export const entityOf: Readonly<Record<DocumentType, DocumentEntity>> = {
  salesReceipt: 'SalesReceipt',
  refundReceipt: 'RefundReceipt',
  invoice: 'Invoice',
  creditMemo: 'CreditMemo',
};
export const typeOfEntity: Partial<Record<DocumentEntity, DocumentType>> = {
  SalesReceipt: 'salesReceipt',
  RefundReceipt: 'refundReceipt',
  Invoice: 'invoice',
  CreditMemo: 'creditMemo',
};

/** The sale of a part of a record, with what is known of the sale that it belongs to. */
export function saleOfPart(
  item: Outgoing,
  source: DocumentSource,
  company: CompanyContext,
): SaleOfRecord {
  const { references, settings, facts } = company;
  if (source.kind === 'summary') {
    if (item.combined === undefined) throw new Error('Bug: a summary came without its members');
    const sale = withShownGoods(item.combined, settings.summary.lines, facts.country);
    return { plain: sale, sale, hold: null };
  }
  const part = source.kind === 'refund' || item.part === 'refund' ? 'refund' : 'sale';
  const known = saleOfRecord(source, { recordId: item.recordId, part }, references, {
    settings,
    homeCurrency: facts.homeCurrency ?? '',
  });
  const sale = taxedByDeposits(known.sale, item, company);
  const isOnAccount =
    source.kind === 'refund'
      ? isCredited(item, source.body, references)
      : source.kind !== 'payment' && isInvoiced(source, item.part);
  return { ...known, sale: isOnAccount ? { ...sale, isInvoiced: true } : sale };
}

/** Whether the till still wants it: neither taken away nor voided. */
export function isWanted(item: Outgoing, ticket: DocumentSource): boolean {
  if (ticket.kind === 'summary') return true;
  return item.op === 'present' && ticket.body.voided !== true;
}

/** What posting decides for a sale in this company. */
export function decisionFor(
  sale: Sale,
  company: DecisionContext,
  changes: Partial<PostingSettings> = {},
): Decision {
  const { references, facts, settings } = company;
  const known = { ...facts, taxCode: (taxKey: string) => taxCodeOf(taxKey, references, facts) };
  const inForce = { ...settings, ...changes };
  return isSummary(sale) ? decideSummary(sale, inForce, known) : decide(sale, inForce, known);
}
