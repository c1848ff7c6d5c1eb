import type { PostingSettings } from '../../../domain/posting/settings';
import type { References } from '../../contract';
import type { QboFacts } from './facts';

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
