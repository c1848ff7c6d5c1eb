import { describe, expect, test } from '@jest/globals';
import * as lists from '../../../connectors/quickbooks/lists/compose-customer';
import { recordMark } from '../../../connectors/quickbooks/shape/mapping';
import type { CustomerFinding } from '../../../connectors/quickbooks/lists/name-writes';
import { customerSchema } from '../../../connectors/quickbooks/api/wire';
import { guestId } from '../../../domain/records/own-records';
import type { Composed, Outgoing } from '../../../connectors/contract';
import type { CustomerBody } from '../../../domain/bodies';
import { outgoing, references, writeOf } from '../fixtures';

const body = { name: 'Jo: Day', email: 'jo@example.test', phone: '123' };
const item = outgoing({ kind: 'customer', body }, { recordId: 'c9' });

const composeCustomer = (
  to: Outgoing,
  said: CustomerBody,
  found: CustomerFinding | null,
  sharedEmails: string[] = [],
): Composed => lists.composeCustomer(to, said, references({ sharedEmails }), found);

function finding(changes: Partial<CustomerFinding>): CustomerFinding {
  return {
    type: 'customer',
    byEmail: [],
    taken: [],
    own: null,
    version: null,
    isGone: false,
    ...changes,
  };
}
function customer(fields: object): CustomerFinding['byEmail'][number] {
  return customerSchema.parse({ Id: '58', SyncToken: '3', DisplayName: 'Josephine', ...fields });
}
const taken = (entity: 'Customer' | 'Vendor', name: string): CustomerFinding['taken'][number] => ({
  entity,
  id: '7',
  name,
});

describe('a customer', () => {
  test('with our e-mail is linked: only what is empty there is filled', () => {
    const found = customer({ PrimaryEmailAddr: { Address: 'Jo@example.test' } });
    const write = writeOf(composeCustomer(item, body, finding({ byEmail: [found] })));
    expect(write).toMatchObject({ operation: 'update', isLinked: true });
    expect(write.payload).toEqual({
      Id: '58',
      SyncToken: '3',
      sparse: true,
      PrimaryPhone: { FreeFormNumber: '123' },
    });
  });

  test('with our e-mail twice, or inactive, is held', () => {
    const twice = finding({ byEmail: [customer({}), customer({ Id: '59' })] });
    expect(composeCustomer(item, body, twice)).toMatchObject({ cause: 'ambiguous_match:email' });
    const inactive = finding({ byEmail: [customer({ Active: false })] });
    expect(composeCustomer(item, body, inactive)).toMatchObject({
      cause: 'ambiguous_match:inactive',
    });
  });

  test('I4: with an e-mail that several customers of ours have is linked to one of its own name alone', () => {
    const anns = customer({
      Id: '60',
      DisplayName: 'Ann',
      PrimaryEmailAddr: { Address: 'jo@example.test' },
    });
    const own = customer({
      Id: '61',
      DisplayName: 'Jo- Day',
      PrimaryEmailAddr: { Address: 'jo@example.test' },
    });
    const shared = ['jo@example.test'];
    expect(composeCustomer(item, body, finding({ byEmail: [anns] }), shared)).toMatchObject({
      write: { operation: 'create', payload: { DisplayName: 'Jo- Day' } },
    });
    expect(composeCustomer(item, body, finding({ byEmail: [anns, own] }), shared)).toMatchObject({
      adopts: '61',
    });
  });

  test('I4: is never linked to what another record of ours has', () => {
    const others = { ...item, others: new Set(['58']) };
    expect(composeCustomer(others, body, finding({ byEmail: [customer({})] }))).toMatchObject({
      write: { operation: 'create' },
    });
    expect(composeCustomer(others, body, finding({ own: customer({}) }))).toMatchObject({
      write: { operation: 'create' },
    });
  });

  test('I5: ids that differ in case, or behind their beginning, have marks of their own', () => {
    const long = 'x'.repeat(60);
    const marks = ['c1', 'C1', `${long}1`, `${long}2`, 'a:b', 'a-b'].map(recordMark);
    expect(new Set(marks.map((mark) => mark.toLowerCase())).size).toBe(marks.length);
  });

  test.each([
    [[], 'Jo- Day'],
    [[taken('Vendor', 'JO- DAY')], 'Jo- Day (C)'],
    [[taken('Customer', 'Jo- Day')], `Jo- Day (${recordMark('c9')})`],
    [[taken('Vendor', 'Jo- Day'), taken('Vendor', 'Jo- Day (C)')], `Jo- Day (${recordMark('c9')})`],
  ])('beside %j is called %s', (names, expected) => {
    const write = writeOf(composeCustomer(item, body, finding({ taken: names })));
    expect(write.payload['DisplayName']).toBe(expected);
  });

  test.each([
    ['Kim Lee', [], 'Kim Lee (kim@example.test)'],
    ['kim@example.test', [], 'kim@example.test'],
    ['Kim:\tLee', [], 'Kim- Lee (kim@example.test)'],
    ['Kim Lee', [taken('Vendor', 'kim lee (KIM@example.test)')], 'Kim Lee (kim@example.test) (C)'],
    [
      'Kim Lee',
      [taken('Customer', 'Kim Lee (kim@example.test)')],
      `Kim Lee (kim@example.test) (${recordMark(guestId('77'))})`,
    ],
    [
      'x'.repeat(500),
      [taken('Vendor', `${'x'.repeat(100)} (kim@example.test)`)],
      `${'x'.repeat(100)} (kim@example.test) (C)`,
    ],
  ])('made of the guest %s beside %j is called %s', (name, names, expected) => {
    const guest = { name, email: 'Kim@example.test' };
    const own = outgoing({ kind: 'customer', body: guest }, { recordId: guestId('77') });
    const write = writeOf(composeCustomer(own, guest, finding({ taken: names })));
    expect(write.payload).toMatchObject({
      DisplayName: expected,
      PrimaryEmailAddr: { Address: 'Kim@example.test' },
    });
  });

  test('keeps in QuickBooks the name that a person gave it', () => {
    const snapshot = { name: 'Old', isLinked: true, fields: {} };
    const linked = { ...item, remoteId: '58', remoteVersion: '3', snapshot };
    expect(writeOf(composeCustomer(linked, body, null)).payload).not.toHaveProperty('DisplayName');
  });

  test('whose record no longer says a thing loses nothing', () => {
    const fields = {
      PrimaryEmailAddr: { Address: 'jo@example.test' },
      PrimaryPhone: { FreeFormNumber: '123' },
      Notes: 'x',
    };
    const snapshot = { name: 'Jo- Day', isLinked: false, fields };
    const known = { ...item, remoteId: '58', remoteVersion: '3', snapshot };
    expect(composeCustomer(known, { name: 'Jo: Day' }, null).type).toBe('adopt');
  });
});
