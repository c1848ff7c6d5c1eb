import type { PostingSettings } from '../../../domain/posting/settings';
import type { References } from '../../contract';
import type { QboFacts } from './facts';

// What planning and composing rest on beside the record itself: mappings, company, settings.

/** What both askings need. */
export interface Place {
  references: References;
  facts: QboFacts;
  settings: PostingSettings;
}

/** What a decision alone needs. */
export interface DecisionPlace extends Omit<Place, 'references'> {
  references: Pick<References, 'mapping'>;
}
