import { type Json } from '../../json';
import { faults } from '../fault';
import { type WriteContext } from '../kind';
import { type Realm } from '../realm';
import { referenced, type Reference } from '../reference';
import { nameOf } from '../tables';

// Classes of sales forms (quickbooks.md#sales-forms, #preferences): one for the document or one for
// each line, by the preferences.

type ClassLevel = 'document' | 'line';

/** Where the company keeps classes; null where it does not track them. */
export function classLevel({ preferences }: Realm): ClassLevel | null {
  if (!preferences.trackClasses) return null;
  return preferences.trackClassesPerLine ? 'line' : 'document';
}

/**
 * The class as the form keeps it: unknown and inactive ones are refused, one of the other level is
 * not kept. A company without class tracking refuses a new form with one; what an older form has
 * stays.
 */
export function keptClass(
  context: WriteContext,
  ref: Json | undefined,
  level: ClassLevel,
): Reference | undefined {
  if (ref === undefined || ref === null) return undefined;
  const { Id } = referenced(context, ref, 'Class');
  const tracked = classLevel(context.realm);
  if (tracked === null && context.existing === undefined) throw faults.notInPlan('Class tracking');
  if (tracked !== null && tracked !== level) return undefined;
  return { value: Id, name: nameOf(context.realm, 'Class', Id) };
}
