import { hash } from 'node:crypto';
import { z } from 'zod';

import type { IntakeItem } from '../database/changes';
import { idText } from '../schemas/body-parts';
import { changeBodySchemas } from '../schemas/change-bodies';
import type { ChangeBody, RefundBody } from '../domain/bodies';
import { canonicalJson } from '../domain/canonical';
import { signOf } from '../domain/money';
import { payoutFaults, sumFaults } from '../domain/ticket-sums';
import { changeKinds, type ChangeKind } from '../domain/words';
import { instant } from './instant';
import { fieldErrors, pathText, type FieldError } from './problem';

// Changes as the POS sends them (`Change` in `/v1/openapi.json`), each checked once by the schema
// of its kind.

/** Most changes of one request. */
export const changesMax = 1_000;

const common = { id: idText, recordId: idText, occurredAt: instant };
const revised = { ...common, revision: z.int().min(1) };

/** Stock is moved, not stated: its changes have no revision, and none deletes. */
const inventory = z.strictObject({
  ...common,
  kind: z.literal('inventory'),
  op: z.literal('upsert'),
  body: changeBodySchemas.inventory,
});

const upserts = {
  customer: upsertOf('customer', changeBodySchemas.customer),
  product: upsertOf('product', changeBodySchemas.product),
  inventory,
  order: upsertOf('order', changeBodySchemas.order),
  refund: upsertOf('refund', changeBodySchemas.refund),
  invoice: upsertOf('invoice', changeBodySchemas.invoice),
  payment: upsertOf('payment', changeBodySchemas.payment),
  payout: upsertOf('payout', changeBodySchemas.payout),
  cash: upsertOf('cash', changeBodySchemas.cash),
} as const;

const deletion = z.strictObject({
  ...revised,
  kind: z.enum(changeKinds).exclude(['inventory']),
  op: z.literal('delete'),
});

function upsertOf<K extends ChangeKind, B extends z.ZodType>(
  kind: K,
  body: B,
): z.ZodObject<
  typeof revised & { kind: z.ZodLiteral<K>; op: z.ZodLiteral<'upsert'>; body: B },
  z.core.$strict
> {
  return z.strictObject({ ...revised, kind: z.literal(kind), op: z.literal('upsert'), body });
}

/**
 * Any change, for the API's description only: a request is checked by the one schema of its kind.
 */
export const changeSchema = z
  .union([...Object.values(upserts), deletion])
  .meta({ id: 'Change', description: 'One fact of the POS.' });

/** Why one change of a request was not taken. */
export interface Rejection {
  index: number;
  /** As far as the change has a readable one. */
  id: string | null;
  code: 'invalid' | 'unknown_kind' | 'totals_differ' | 'id_reused';
  message: string;
  errors: FieldError[];
}

type Fault = Pick<Rejection, 'code' | 'message' | 'errors'>;
/** `content`: what the change says; null of a deletion. */
export type CheckedChange = { item: IntakeItem; content: ChangeBody | null } | { fault: Fault };

/** One change as intake stores it, or what is wrong with it. `faults` are those of its JSON. */
export function checkChange(
  change: unknown,
  faults: readonly FieldError[],
  nowMs: number,
): CheckedChange {
  if (faults.length > 0) return { fault: misfit([...faults]) };
  const { kind, op } = headOf(change);
  if (op === 'delete') {
    const parsed = deletion.safeParse(change);
    if (!parsed.success) return { fault: misfit(fieldErrors(parsed.error)) };
    const ahead = aheadOf(parsed.data.occurredAt, undefined, nowMs);
    return ahead.length > 0
      ? { fault: misfit(ahead) }
      : { item: itemOf(parsed.data, null), content: null };
  }
  const schema = isKind(kind) ? upserts[kind] : null;
  if (schema === null) return { fault: unknownKind(kind) };
  const parsed = schema.safeParse(change);
  if (!parsed.success) return { fault: misfit(fieldErrors(parsed.error)) };
  const { occurredAt, body } = parsed.data;
  const ahead = aheadOf(occurredAt, 'businessDate' in body ? body.businessDate : undefined, nowMs);
  if (ahead.length > 0) return { fault: misfit(ahead) };
  const fault = ticketFault(parsed.data);
  return fault === null ? { item: itemOf(parsed.data, body), content: parsed.data } : { fault };
}

const dayMs = 86_400_000;

/**
 * What lies more than a day ahead of our clock is a mistake of the sender's clock: applied, it
 * would win over all that follows, and its day would be waited for. A business day may begin
 * earlier elsewhere on earth.
 */
function aheadOf(
  occurredAt: string,
  businessDate: string | undefined,
  nowMs: number,
): FieldError[] {
  const now = new Date(nowMs).toISOString();
  const faults: FieldError[] = [];
  if (Date.parse(occurredAt) > nowMs + dayMs)
    faults.push({
      path: 'occurredAt',
      message: `${occurredAt} is more than a day ahead of our clock (${now})`,
    });
  const lastDay = new Date(nowMs + 2 * dayMs).toISOString().slice(0, 10);
  if (businessDate !== undefined && businessDate > lastDay)
    faults.push({
      path: 'body.businessDate',
      message: `${businessDate} is more than a day ahead of our clock (${now})`,
    });
  return faults;
}

/** The id to name a change by that was refused. */
export function idOf(change: unknown): string | null {
  const { id } = headOf(change);
  return typeof id === 'string' ? id.slice(0, 100) : null;
}

function headOf(change: unknown): { id?: unknown; kind?: unknown; op?: unknown } {
  return typeof change === 'object' && change !== null ? change : {};
}

function isKind(kind: unknown): kind is ChangeKind {
  return typeof kind === 'string' && Object.hasOwn(upserts, kind);
}

function misfit(errors: FieldError[]): Fault {
  return { code: 'invalid', message: errors[0]?.message ?? 'The change does not fit.', errors };
}

function unknownKind(kind: unknown): Fault {
  const message = `must be one of ${changeKinds.join(', ')}`;
  const code = typeof kind === 'string' ? 'unknown_kind' : 'invalid';
  return { code, message: `kind ${message}`, errors: [{ path: 'kind', message }] };
}

function ticketFault(change: ChangeBody): Fault | null {
  switch (change.kind) {
    case 'order':
    case 'invoice':
    case 'payout':
      return sumsFault(change);
    case 'refund': {
      const negative = negativeFields(change.body);
      return negative.length > 0 ? misfit(negative) : sumsFault(change);
    }
    case 'customer':
    case 'product':
    case 'inventory':
    case 'payment':
    case 'cash':
      return null;
  }
}

type Ticket = Extract<ChangeBody, { kind: 'order' | 'invoice' | 'refund' | 'payout' }>;

function sumsFault(ticket: Ticket): Fault | null {
  const differing = exactSumFaults(ticket);
  const [first] = differing;
  if (first === undefined) return null;
  return {
    code: 'totals_differ',
    message: `${first.path} ${first.message}`,
    errors: differing.slice(0, 20).map(({ path, message }) => ({ path: `body.${path}`, message })),
  };
}

/**
 * Thousands of the largest amounts add up to more than an exact integer holds: no ticket is like
 * that.
 */
function exactSumFaults(ticket: Ticket): FieldError[] {
  try {
    return ticket.kind === 'payout' ? payoutFaults(ticket.body) : sumFaults(ticket);
  } catch {
    return [{ path: 'totals', message: 'are too large to be added up exactly' }];
  }
}

/** A refund states what is given back; all its figures are positive. */
function negativeFields(body: RefundBody): FieldError[] {
  const figures: [string, number][] = [
    ...Object.entries(body.totals).map(([name, minor]): [string, number] => [
      `totals.${name}`,
      minor,
    ]),
    ...body.lines.flatMap((line, index): [string, number][] => [
      [`lines[${index}].quantity`, signOf(line.quantity)],
      [`lines[${index}].unitPrice`, signOf(line.unitPrice)],
      [`lines[${index}].discountMinor`, line.discountMinor],
      [`lines[${index}].netMinor`, line.netMinor],
      ...taxFigures(`lines[${index}]`, line.taxes),
    ]),
    ...[['fees', body.fees] as const, ['shipping', body.shipping] as const].flatMap(
      ([name, list]) =>
        (list ?? []).flatMap((entry, index): [string, number][] => [
          [`${name}[${index}].amountMinor`, entry.amountMinor],
          ...taxFigures(`${name}[${index}]`, entry.taxes ?? []),
        ]),
    ),
    ...body.tenders.map(({ amountMinor }, index): [string, number] => [
      `tenders[${index}].amountMinor`,
      amountMinor,
    ]),
  ];
  return figures
    .filter(([, figure]) => figure < 0)
    .slice(0, 20)
    .map(([path]) => ({ path: `body.${path}`, message: 'must not be negative in a refund' }));
}

function taxFigures(path: string, taxes: readonly { taxMinor: number }[]): [string, number][] {
  return taxes.map(({ taxMinor }, index) => [`${path}.taxes[${index}].taxMinor`, taxMinor]);
}

interface Envelope {
  id: string;
  kind: ChangeKind;
  op: 'upsert' | 'delete';
  recordId: string;
  revision?: number;
  occurredAt: string;
}

/**
 * The hash tells equal contents from others: over canonical texts, so that the order of keys does
 * not matter.
 */
function itemOf(envelope: Envelope, body: object | null): IntakeItem {
  const { id, kind, op, recordId } = envelope;
  const revision = envelope.revision ?? null;
  const occurredAt = new Date(envelope.occurredAt).toISOString();
  const bodyText = body === null ? null : canonicalJson(body);
  const head = JSON.stringify([kind, op, recordId, revision, occurredAt]);
  const content = hash('sha256', head + (bodyText ?? ''), 'buffer');
  return { id, kind, op, recordId, revision, occurredAt, bodyText, hash: content };
}

/**
 * Faults of the JSON of each change of a request, by its index; null where one lies outside of the
 * changes.
 */
export function faultsByChange(
  faults: readonly { path: (string | number)[]; message: string }[],
): Map<number, FieldError[]> | null {
  const byChange = new Map<number, FieldError[]>();
  for (const { path, message } of faults) {
    const [list, index, ...rest] = path;
    if (list !== 'changes' || typeof index !== 'number' || rest.length === 0) return null;
    const known = byChange.get(index) ?? [];
    if (known.length < 20) known.push({ path: pathText(rest), message });
    byChange.set(index, known);
  }
  return byChange;
}
