import { afterEach, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { at, listAt, startCompany, textAt, type Company } from '../support';
import { added, expectedLedger, totalsOf } from './expected-ledger';

let company: Company;
afterEach(() => company.sandbox.close());

const examples = new Map<string, { path: string; body: string }>(
  listAt(
    JSON.parse(readFileSync(path.join(__dirname, 'fixtures/accounting.json'), 'utf8')),
    '',
  ).map((one) => [
    textAt(one, 'example'),
    { path: textAt(one, 'path'), body: JSON.stringify(at(one, 'body')) },
  ]),
);

const us = { kind: 'usAutomated', fixture: 'accounting' };

/** The companies of accounting.md#examples, each with its examples in their order. */
const companies: [name: string, realm: object, examples: string[]][] = [
  ['U', us, ['E1', 'E3', 'E4', 'E5', 'E6', 'E7', 'E8', 'E9', 'E11', 'E11b', 'E15', 'E16']],
  ['U with discount lines', us, ['E3b']],
  ['U with daily summaries', us, ['E14']],
  ['U without sales tax', { kind: 'usNoTax', fixture: 'accounting' }, ['E13']],
  ['G', { kind: 'gb', fixture: 'accounting' }, ['E2', 'E10']],
  ['C', { kind: 'ca', fixture: 'accounting' }, ['E12']],
];

it.each(companies)(
  'company %s books its examples as expected (accounting.md#examples)',
  async (_name, realm, names) => {
    company = await startCompany(realm);
    let before = await totalsOf(company);
    let invoiceId = '';
    for (const name of names) {
      const example = examples.get(name);
      const body: unknown = JSON.parse((example?.body ?? '').replace('<Id of W-1011>', invoiceId));
      const answer = await company.post(example?.path ?? '', body);
      expect([name, answer.status, at(answer.body, 'Fault')]).toEqual([name, 200, undefined]);
      if (name === 'E11') invoiceId = textAt(answer.body, 'Invoice.Id');
      const after = await totalsOf(company);
      expect([name, added(before, after)]).toEqual([name, expectedLedger[name]]);
      before = after;
    }
  },
);

it(
  'leaves nothing of the invoice open after its payment, and names every ' + 'example once',
  async () => {
    expect(companies.flatMap(([, , names]) => names).sort()).toEqual([...examples.keys()].sort());
    company = await startCompany(us);
    const invoice = await company.post('invoice', JSON.parse(examples.get('E11')?.body ?? ''));
    expect(at(invoice.body, 'Invoice')).toMatchObject({ TotalAmt: 19.04, Balance: 19.04 });
    const id = textAt(invoice.body, 'Invoice.Id');
    const payment: unknown = JSON.parse(
      (examples.get('E11b')?.body ?? '').replace('<Id of W-1011>', id),
    );
    await company.post('payment', payment);
    const paid = await company.get(`invoice/${id}`);
    expect(at(paid.body, 'Invoice')).toMatchObject({ Balance: 0, SyncToken: '1' });
  },
);
