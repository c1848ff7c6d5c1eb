import { expect, test } from '@jest/globals';
import type { References } from '../../../connectors/contract';
import { compose } from '../../../connectors/quickbooks/compose';
import { withPosted } from '../../../connectors/quickbooks/books/posted';
import { planPart } from '../../../connectors/quickbooks/plan/part';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { companyFacts } from '../../support/company-facts';
import { known, orderBody, outgoing, references, writeOf } from '../fixtures';

const facts = { ...companyFacts, country: 'GB', homeCurrency: 'GBP' };
const settings = initialPostingSettings;
const ticket = { kind: 'order' as const, body: orderBody({ currency: 'GBP' }) };
const item = outgoing(ticket, { recordId: '1001' });
const loaded = references({
  products: { MUG: known() },
  customers: { c1: { remoteId: '301', isOpen: false } },
  mappings: { 'tender:card': '401', 'account:clearing:card': '201', 'taxCode:none': '10' },
});

/** References that note what is asked of them, as whoever traces a document does. */
function traced(): { asked: Set<string>; noting: References } {
  const asked = new Set<string>();
  const mapping: References['mapping'] = (kind, key) => {
    asked.add(`${kind}:${key}`);
    return loaded.mapping(kind, key);
  };
  return { asked, noting: { ...loaded, mapping } };
}

test('composed by the plan of the look-up it is the same document, resting on the same mappings', () => {
  const alone = traced();
  const composedAlone = compose(item, { references: alone.noting, facts, settings });
  const rows = new Map();
  const untraced = { references: traced().noting, facts, settings };
  const plan = planPart({ item: withPosted(item), company: untraced, rows });
  if (plan.type !== 'new') throw new Error('A new document was not planned');
  const planned = traced();
  const company = { references: planned.noting, facts, settings };
  const finding = { type: 'documents' as const, rows, planned: plan, document: null };
  expect(compose(item, company, finding)).toEqual(composedAlone);
  expect(writeOf(composedAlone).entity).toBe('SalesReceipt');
  expect([...planned.asked].sort()).toEqual([...alone.asked].sort());
  expect(planned.asked).toContain('taxCode:none');
});
