import { z } from 'zod';

import { idText } from '../../schemas/body-parts';
import { bodyExamples } from '../../schemas/examples';
import { findChange, type IntakeItem } from '../../database/changes';
import { KnownNames } from '../../database/known-names';
import { deliveriesOf, summariesOf } from '../../database/status';
import { changeOutcomes, outcomeOf } from '../change-outcome';
import {
  changeSchema,
  changesMax,
  checkChange,
  faultsByChange,
  idOf,
  type Rejection,
} from '../change-requests';
import { warningCodes, warningsOf, type TakenChange, type Warning } from '../change-warnings';
import { deliverySchema, summaryOfTicket } from '../../schemas/deliveries';
import { shownDeliveries } from '../deliveries';
import type { ApiDeps } from '../deps';
import { Intake } from '../intake';
import type { JsonFault } from '../json-text';
import { found, invalid, Problem } from '../problem';
import { faultsProblem, get, post, tenantRoute, type Answer, type Route } from '../route';
import { changeKindName, instantText } from '../../schemas/words';

/** The changes themselves are checked one by one: a fault of one does not refuse the others. */
const changesRequest = z
  .strictObject({ changes: z.array(z.unknown()).min(1).max(changesMax) })
  .meta({
    description: `1 to ${changesMax} changes, 5 MB at most. Takes a key of role pos or admin.`,
  });

const changesQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).optional().meta({ description: 'Checked only.' }),
});

const nothing: ReadonlySet<string> = new Set();

const exampleChange = {
  id: 'evt-1',
  kind: 'product',
  op: 'upsert',
  recordId: 'p-1',
  revision: 1,
  occurredAt: '2026-11-22T10:15:00-05:00',
  body: bodyExamples.product,
};

const rejectionSchema = z.object({
  index: z.int(),
  id: z.string().nullable(),
  code: z.enum(['invalid', 'unknown_kind', 'totals_differ', 'id_reused']),
  message: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});

const intakeAnswer = z
  .object({
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.array(rejectionSchema),
    warnings: z
      .array(z.object({ index: z.int(), code: z.enum(warningCodes), message: z.string() }))
      .optional()
      .meta({
        description: 'What is accepted and will be held, passed over or unused; at most 100.',
      }),
  })
  .meta({ id: 'IntakeAnswer' });

const storedChange = z
  .object({
    id: z.string(),
    kind: changeKindName,
    op: z.enum(['upsert', 'delete']),
    recordId: z.string(),
    revision: z.int().nullable(),
    occurredAt: instantText,
    receivedAt: instantText,
    body: z.unknown(),
    outcome: z.enum(changeOutcomes),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    deliveries: z.array(deliverySchema),
    summaries: z.array(summaryOfTicket).meta({ description: 'Daily summaries that contain it.' }),
  })
  .meta({ id: 'StoredChange' });

export function changeRoutes(deps: ApiDeps): Route[] {
  const known = new KnownNames(deps.pool);
  const intake = new Intake(deps.intakePool, (tenantId) => {
    deps.signals.send(tenantId, { name: 'wake' });
  });
  return [
    tenantRoute({
      ...post('/changes', 'pos'),
      summary: 'Send changes',
      description:
        'Stores the changes and answers 202 once they are on disk. Each change is checked by ' +
        'itself: `rejected` names those that were not taken, by index. The same `id` with the ' +
        'same content counts as a duplicate, so a request without an answer is sent again as ' +
        'it is. Reached the bound of the queue: 429 `queue_full`, nothing is stored. With ' +
        '`dryRun=true` they are checked only and nothing is stored: 200 with what a send would ' +
        'answer, but for ids that were used before.',
      query: changesQuery,
      body: changesRequest,
      documentedBody: z
        .strictObject({ changes: z.array(changeSchema).min(1).max(changesMax) })
        .meta({ example: { changes: [exampleChange] } }),
      answers: { 200: intakeAnswer, 202: intakeAnswer },
      takesFaults: true,
      handle: async ({ tenant, query, body, faults }) => {
        const sorted = await sortChanges(body.changes, faults);
        if (query.dryRun === 'true') {
          const checked = { accepted: sorted.items.length, duplicates: 0, reused: nothing };
          const warnings = await warningsMember(known, tenant.id, sorted.taken, nothing);
          return { status: 200, body: { ...intakeResult(sorted, checked), ...warnings } };
        }
        const outcome = await intake.store(tenant, sorted.items);
        if (outcome.type === 'full') {
          if (sorted.items.length > outcome.bound) throw aboveBound(outcome.bound);
          throw queueFull(outcome.bound, outcome.depth);
        }
        const answer = {
          ...intakeResult(sorted, outcome),
          ...(await warningsMember(known, tenant.id, sorted.taken, outcome.stale)),
        };
        deps.metrics.changes.inc({ outcome: 'accepted' }, answer.accepted);
        deps.metrics.changes.inc({ outcome: 'duplicate' }, answer.duplicates);
        deps.metrics.changes.inc({ outcome: 'rejected' }, answer.rejected.length);
        if (answer.rejected.length === body.changes.length) throw allRejected(answer.rejected);
        return { status: 202, body: answer };
      },
    }),
    tenantRoute({
      ...get('/changes/{changeId}', 'anyKey'),
      summary: 'Get a change, its outcome, and the status of its record per system',
      description:
        '`outcome`: `pending` (not absorbed yet), `applied`, `superseded` (a newer revision ' +
        'came), `stale` (it was older than what was there), `failed` (see `code` and ' +
        '`detail`).',
      params: z.strictObject({ changeId: idText }),
      answers: { 200: storedChange },
      handle: async ({ tenant, params }) => changeAnswer(deps, tenant.id, params.changeId),
    }),
  ];
}

/** A request's changes: what can be stored, ids once each, and what cannot. */
interface Sorted {
  items: IntakeItem[];
  /** Where each id stands in the request. */
  indexes: Map<string, number>;
  duplicates: number;
  rejected: Rejection[];
  taken: TakenChange[];
}

/** Checking may hold the process that long before others get their turn. */
const sliceMs = 20;

async function sortChanges(
  changes: readonly unknown[],
  jsonFaults: readonly JsonFault[],
): Promise<Sorted> {
  const faults = faultsByChange(jsonFaults);
  if (faults === null) throw faultsProblem(jsonFaults);
  const items = new Map<string, IntakeItem>();
  const indexes = new Map<string, number>();
  const rejected: Rejection[] = [];
  const taken: TakenChange[] = [];
  const nowMs = Date.now();
  let duplicates = 0;
  let sliceEndsAtMs = performance.now() + sliceMs;
  for (const [index, change] of changes.entries()) {
    const checked = checkChange(change, faults.get(index) ?? [], nowMs);
    if ('fault' in checked) rejected.push({ index, id: idOf(change), ...checked.fault });
    else {
      const { item } = checked;
      const former = items.get(item.id);
      if (former === undefined) {
        items.set(item.id, item);
        indexes.set(item.id, index);
        const { id, occurredAt } = item;
        taken.push({ index, id, occurredAt, content: checked.content });
      } else if (former.hash.equals(item.hash)) duplicates++;
      else rejected.push(reusedAt(index, item.id));
    }
    if (index % 20 === 0 && performance.now() > sliceEndsAtMs) {
      await new Promise(setImmediate);
      sliceEndsAtMs = performance.now() + sliceMs;
    }
  }
  return { items: [...items.values()], indexes, duplicates, rejected, taken };
}

/** The changes are stored: without their warnings the answer is good too. */
async function warningsMember(
  known: KnownNames,
  tenant: number,
  taken: readonly TakenChange[],
  stale: ReadonlySet<string>,
): Promise<{ warnings?: Warning[] }> {
  const found = await warningsOf(known, tenant, taken, { stale, nowMs: Date.now() }).catch(
    () => [],
  );
  return found.length === 0 ? {} : { warnings: found };
}

function reusedAt(index: number, id: string): Rejection {
  const message = 'the id was used before for another content';
  return { index, id, code: 'id_reused', message, errors: [{ path: 'id', message }] };
}

function intakeResult(
  sorted: Sorted,
  outcome: { accepted: number; duplicates: number; reused: ReadonlySet<string> },
): z.output<typeof intakeAnswer> {
  const reused = [...outcome.reused].map((id) => reusedAt(sorted.indexes.get(id) ?? 0, id));
  return {
    accepted: outcome.accepted,
    duplicates: outcome.duplicates + sorted.duplicates,
    rejected: [...sorted.rejected, ...reused].sort((a, b) => a.index - b.index),
  };
}

function allRejected(rejected: readonly Rejection[]): Problem {
  const detail = 'None of the changes could be taken; `rejected` says why.';
  return new Problem(422, 'invalid', detail, { members: { rejected } });
}

/** Sent again it would be refused again: no Retry-After. */
function aboveBound(bound: number): Problem {
  const message = `holds more changes than the tenant's queue may (${bound}); send it in parts`;
  return invalid('The request can never be stored.', [{ path: 'changes', message }]);
}

function queueFull(bound: number, depth: number): Problem {
  const detail =
    `The tenant's queue holds ${depth} of at most ${bound}; nothing of this request was ` +
    'stored.';
  return new Problem(429, 'queue_full', detail, {
    members: { bound, depth },
    retryAfterSeconds: 5,
  });
}

async function changeAnswer({ pool }: ApiDeps, tenant: number, changeId: string): Promise<Answer> {
  const change = found(await findChange(pool, tenant, changeId), 'change');
  const deliveries = await deliveriesOf(pool, tenant, change.kind, change.recordId);
  return {
    status: 200,
    body: storedChange.parse({
      ...change,
      outcome: outcomeOf(change),
      deliveries: shownDeliveries(change.kind, deliveries),
      summaries: await summariesOf(pool, tenant, change.kind, change.recordId),
    }),
  };
}
