import { expect, test } from '@jest/globals';
import { z } from 'zod';

import { forgetFacts } from '../../database/connections';
import type { PostingSettings } from '../../domain/posting/settings';
import { withApi, type Called } from '../support/api';
import { inBooks, operatorOf, post, type Ask } from '../support/operator';
import { customer, orderBody, product } from '../support/samples';
import {
  control,
  createTestTenant,
  quickSettings,
  withStack,
  until,
  type TestChange,
  type TestTenant,
} from '../support/stack';
import { detailOf, next, remoteIdOf, sent, untilStands, type Place } from '../support/ways-out';

// B23: sales say the class of their place or channel, and where the shop is, from the API into the
// books.

const stack = withStack();
const api = withApi({ stack });

async function begin(
  preferences: object,
  posting: Partial<PostingSettings> = {},
): Promise<TestTenant> {
  const company = { kind: 'usAutomated', plan: 'Plus', preferences };
  const tenant = await createTestTenant(stack, quickSettings, { company });
  await post(stack, tenant, posting);
  await sent(stack, tenant, product('A'), customer('c-1'));
  return tenant;
}

const ref = z.object({ value: z.string() });
const lineSchema = z.object({
  SalesItemLineDetail: z.object({ ClassRef: ref.optional() }).optional(),
});
const address = z.object({ Line1: z.string(), City: z.string(), PostalCode: z.string() });
const receiptSchema = z.object({
  SalesReceipt: z.object({
    TotalAmt: z.number(),
    ClassRef: ref.optional(),
    ShipAddr: address.optional(),
    ShipFromAddr: address.optional(),
    Line: z.array(lineSchema),
  }),
});

async function receiptOf(
  tenant: TestTenant,
  recordId: string,
): Promise<z.output<typeof receiptSchema>['SalesReceipt']> {
  const id = await remoteIdOf(stack, tenant, ['qbo', 'order', recordId]);
  return receiptSchema.parse(await inBooks(stack, tenant, `salesreceipt/${id}`)).SalesReceipt;
}

/** The class of the form, then those of its lines. */
async function classesOf(tenant: TestTenant, recordId: string): Promise<(string | null)[]> {
  const { ClassRef, Line } = await receiptOf(tenant, recordId);
  const lines = Line.flatMap(({ SalesItemLineDetail }) => SalesItemLineDetail ?? []);
  return [ClassRef?.value ?? null, ...lines.map((line) => line.ClassRef?.value ?? null)];
}

async function newClass(tenant: TestTenant, Name: string): Promise<string> {
  const made = z
    .object({ Class: z.object({ Id: z.string() }) })
    .parse(await inBooks(stack, tenant, 'class', { Name }));
  return made.Class.Id;
}

/** What is new in the company is refused until the company was read again, as the answer says. */
async function mapClass(ask: Ask, key: string, id: string): Promise<void> {
  const put = (): Promise<Called> => ask('PUT', `/mappings/class/${key}`, { target: { id } });
  await until(`class ${key} is mapped`, put, ({ status }) => status === 200);
}

function ticket(recordId: string, location: string, count = 1): TestChange {
  const body = { ...orderBody(recordId, [['A', count]], 'c-1'), location };
  return { kind: 'order', recordId, body };
}

test('B23: the class of a place wins over that of the channel, and a person may give another one', async () => {
  const tenant = await begin({ trackClasses: true });
  const ask = await operatorOf(stack, api, tenant);
  const [north, web] = [await newClass(tenant, 'North'), await newClass(tenant, 'Tills')];
  await sent(stack, tenant, ticket('T-0', 'north'));
  expect(await classesOf(tenant, 'T-0')).toEqual([null, null]);
  const put = (key: string, id: string): ReturnType<typeof ask> =>
    ask('PUT', `/mappings/class/${key}`, { target: { id } });
  await mapClass(ask, 'channel:pos', web);
  await mapClass(ask, 'location:north', north);
  expect(await put('location:north', '99999')).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'target.id', message: expect.stringContaining('Class 99999') }] },
  });
  expect((await put('north', north)).status).toBe(422);
  await sent(stack, tenant, ticket('T-1', 'north'), ticket('T-2', 'south'));
  expect(await classesOf(tenant, 'T-1')).toEqual([north, null]);
  expect(await classesOf(tenant, 'T-2')).toEqual([web, null]);
  // A person gives it another class; the till edits the ticket.
  const id = await remoteIdOf(stack, tenant, ['qbo', 'order', 'T-1']);
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'edit',
    realmId: tenant.realmId,
    entity: 'SalesReceipt',
    id,
    set: { ClassRef: { value: web } },
  });
  await sent(stack, tenant, next(ticket('T-1', 'north', 2)));
  expect(await receiptOf(tenant, 'T-1')).toMatchObject({
    TotalAmt: 25,
    ClassRef: { value: web },
  });
});

test('B23: a company that keeps a class for each line gets it there', async () => {
  const tenant = await begin({ trackClasses: true, trackClassesPerLine: true });
  const ask = await operatorOf(stack, api, tenant);
  const id = await newClass(tenant, 'Tills');
  await mapClass(ask, 'channel:pos', id);
  const body = {
    ...orderBody('T-1', [['A', 1]], 'c-1'),
    lines: orderBody(
      'T-1',
      [
        ['A', 1],
        ['A', 2],
      ],
      'c-1',
    ).lines,
    tenders: [{ tender: 'card', amountMinor: 3_750 }],
    totals: { netMinor: 3_750, taxMinor: 0, totalMinor: 3_750 },
  };
  await sent(stack, tenant, { kind: 'order', recordId: 'T-1', body });
  expect(await classesOf(tenant, 'T-1')).toEqual([null, id, id]);
});

test('B23: a class that is gone holds the sale until it is mapped; without class tracking none is sent, and it is said', async () => {
  const tenant = await begin({ trackClasses: true });
  const { pool } = stack.database;
  const ask = await operatorOf(stack, api, tenant);
  const [old, other] = [await newClass(tenant, 'Old'), await newClass(tenant, 'Other')];
  const put = (id: string): ReturnType<typeof ask> =>
    ask('PUT', '/mappings/class/location:north', { target: { id } });
  await mapClass(ask, 'location:north', old);
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'makeInactive',
    realmId: tenant.realmId,
    entity: 'Class',
    id: old,
  });
  await forgetFacts(pool, tenant.id, 'qbo');
  await sent(stack, tenant, ticket('T-1', 'north'));
  const sale: Place = ['qbo', 'order', 'T-1'];
  await untilStands(stack, tenant, sale, 'mapping_invalid');
  expect(await detailOf(stack, tenant, sale)).toMatch(
    /Class \d+ is inactive.*Map class:location:north to another/s,
  );
  expect(await put(other)).toMatchObject({ status: 200, body: { released: 1 } });
  await untilStands(stack, tenant, sale, 'delivered');
  expect(await classesOf(tenant, 'T-1')).toEqual([other, null]);
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'setPreferences',
    realmId: tenant.realmId,
    set: { trackClasses: false },
  });
  await forgetFacts(pool, tenant.id, 'qbo');
  await sent(stack, tenant, ticket('T-2', 'north'));
  expect(await classesOf(tenant, 'T-2')).toEqual([null, null]);
  const id = await remoteIdOf(stack, tenant, ['qbo', 'order', 'T-2']);
  const told = await ask('GET', `/explain?system=qbo&entity=SalesReceipt&id=${id}`);
  expect(told.text).toContain('"choice":"class_not_sent","key":"location:north"');
  expect(await put(other)).toMatchObject({
    status: 422,
    body: { errors: [{ message: expect.stringContaining('does not track classes') }] },
  });
});

test('B23: a company with automated tax is told where the shop is', async () => {
  const north = {
    location: 'north',
    line1: '1 N St',
    city: 'Albany',
    region: 'NY',
    postalCode: '12203',
  };
  const tenant = await begin({}, { shop: { shipFrom: [north] } });
  await sent(stack, tenant, ticket('T-1', 'north'), ticket('T-2', 'south'));
  const place = { Line1: '1 N St', City: 'Albany', PostalCode: '12203' };
  expect(await receiptOf(tenant, 'T-1')).toMatchObject({ ShipAddr: place, ShipFromAddr: place });
  const other = await receiptOf(tenant, 'T-2');
  expect([other.ShipAddr, other.ShipFromAddr]).toEqual([undefined, undefined]);
});
