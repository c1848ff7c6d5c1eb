import type { JsonObject } from '../../domain/words';
import type { Composed } from '../connector';
import type { DocumentFinding } from './findings';
import { hold } from './hold';
import type { DocumentEntity } from './entities';

/** What a document of ours that is there already means: taken over as it is, or held where somebody touched it. */
export function foundAgain(
  finding: Extract<DocumentFinding, { found: 'ours' | 'touched' }>,
  entity: DocumentEntity,
  fixed: JsonObject,
): Composed {
  if (finding.found === 'touched')
    return hold(
      'ambiguous_match',
      entity,
      `${entity} ${finding.id} has our marker but was changed or voided`,
    );
  return {
    type: 'adopt',
    remoteId: finding.id,
    remoteVersion: finding.syncToken,
    snapshot: { ...fixed, docNumber: finding.docNumber },
    isLinked: false,
  };
}
