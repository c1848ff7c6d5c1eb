import { expect, test } from '@jest/globals';
import type { Outgoing, References } from '../../../connectors/contract';
import { compose } from '../../../connectors/quickbooks/compose';
import { Plans } from '../../../connectors/quickbooks/plan/plan-once';
import { initialPostingSettings } from '../../../domain/posting/settings';
import { companyFacts } from '../../support/company-facts';
import { known, orderBody, outgoing, references, writeOf } from '../fixtures';

const facts = { ...companyFacts, country: 'GB', homeCurrency: 'GBP' };
const settings = initialPostingSettings;
const ticket = { kind: 'order' as const, body: orderBody({ currency: 'GBP' }) };
const item: Outgoing = outgoing(ticket, { recordId: '1001' });
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
  const composedAlone = compose(
    item,
    { references: alone.noting, facts, settings },
    {},
    new Plans(),
  );
  const plans = new Plans();
  plans.make(item, ticket, { references: traced().noting, facts, settings }, new Map());
  const planned = traced();
  const company = { references: planned.noting, facts, settings };
  expect(compose(item, company, {}, plans)).toEqual(composedAlone);
  expect(writeOf(composedAlone).entity).toBe('SalesReceipt');
  expect([...planned.asked].sort()).toEqual([...alone.asked].sort());
  expect(planned.asked).toContain('taxCode:none');
});

test('a plan is of one item and one state of the books', () => {
  const plans = new Plans();
  const place = { references: loaded, facts, settings };
  const plan = plans.make(item, ticket, place, new Map());
  expect(plans.take(item, ticket, place, new Map())).toBe(plan);
  expect(plans.take({ ...item }, ticket, place, new Map())).not.toBe(plan);
  expect(plans.take(item, ticket, place, new Map([['Invoice 1', null]]))).not.toBe(plan);
});
