import { decide } from '../../../domain/posting/decide/decide';
import type { Decision } from '../../../domain/posting/document';
import type { Sale } from '../../../domain/posting/sale';
import type { PostingSettings } from '../../../domain/posting/settings';
import { isSummary } from '../../../domain/posting/summary/summary';
import { decideSummary } from '../../../domain/posting/summary/summary-document';
import type { References } from '../../contract';
import { taxCodeOf, type QboFacts } from './facts';

// What planning and composing rest on besides the record itself.

/** A company as a write to it is composed: what is known of the things there, and of itself. */
export interface Company {
  references: References;
  facts: QboFacts;
}

/** A company with the settings by which sales are posted to it. */
export interface CompanyContext extends Company {
  settings: PostingSettings;
}

/** What a decision alone needs. */
export interface DecisionContext extends Omit<CompanyContext, 'references'> {
  references: Pick<References, 'mapping'>;
}

/** What posting decides for a sale in this company. */
export function decisionFor(
  sale: Sale,
  { references, facts, settings }: DecisionContext,
  changes: Partial<PostingSettings> = {},
): Decision {
  const known = { ...facts, taxCode: (taxKey: string) => taxCodeOf(taxKey, references, facts) };
  const inForce = { ...settings, ...changes };
  return isSummary(sale) ? decideSummary(sale, inForce, known) : decide(sale, inForce, known);
}

/**
 * Settings for what is posted: it stays under our care, whatever the start date is now, and of a
 * closed period it is asked apart.
 */
export const underCare = {
  startDate: null,
  closed: { mode: 'firstOpenDay' },
} as const satisfies Partial<PostingSettings>;
