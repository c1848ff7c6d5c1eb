import type { CompanyTaxCode } from '../../../domain/posting/document';
import type { References } from '../../contract';
import type { QboFacts } from './facts';

/**
 * The company's tax code that a set of source codes is mapped to; null where none is, or it is not
 * there any more.
 */
export function taxCodeOf(
  taxKey: string,
  references: Pick<References, 'mapping'>,
  facts: QboFacts,
): CompanyTaxCode | null {
  const id = references.mapping('taxCode', taxKey);
  if (id === null) return null;
  return facts.taxCodes.find((code) => code.id === id && code.isActive) ?? null;
}
