import { randomUUID } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { putConnection, secretPlace } from '../../database/connections';
import { putMapping } from '../../database/mappings';
import { bringInForce } from '../../database/policy';
import { requestSettings } from '../../database/settings';
import type { ModeSwitch } from '../../domain/posting/modes';
import { initialPostingSettings, type PostingSettings } from '../../domain/posting/settings';
import { withApi } from '../support/api';
import { historiesAsked } from '../support/env';
import { ended, operatorOf, startUndo, type Ask } from '../support/operator';
import { resetRealms } from '../support/sandbox-control';
import { fault } from '../support/sandboxes';
import {
  control,
  createTestTenant,
  sendChanges,
  withStack,
  until,
  untilIdle,
} from '../support/stack';
import { booked, trial } from './mixed-books';
import { unexplained, unforeseen } from './mixed-checks';
import { wronglyOwed } from './mixed-payers';
import { bank, meddle, type InBooks } from './mixed-people';
import { Effect, MixedTill, type TillRecord } from './mixed-till';

// Random histories of everything at once: sales, refunds, payments, payouts and cash of both modes,
// their edits and voids, undo of ranges, redrives, people in the books, lost answers, days that
// change their mode. After each step the documents of each record are compared with what the till
// says of it, each document is explained back and forth, and what leaves is what a dry run showed
// before. HISTORIES says how many, HISTORY_SEED which first.

const { histories, firstSeed, steps } = historiesAsked(6);
const atOnce = 5;

const stack = withStack();
const api = withApi({ stack });

interface History extends InBooks {
  seed: number;
  ask: Ask;
  settings: Partial<PostingSettings>;
  switches: ModeSwitch[];
}

const items = {
  MUG: '11',
  TEE: '12',
  '@daily-sales': '37',
  '@unallocated': '34',
  '@deposit': '36',
  '@rounding': '33',
  '@generic': '37',
};
const accountNames = {
  'clearing:card': 'Card clearing',
  'clearing:cash': 'Undeposited Funds',
  'clearing:exchange': 'Cash drawer',
  'bank:stripe': 'Bank',
  'fees:stripe': 'Processor fees',
  'cash:over-short': 'Office expenses',
  receivable: 'Accounts Receivable (A/R)',
  income: 'Sales of Product Income',
};
const counted = {
  'Card clearing': 'card',
  'Undeposited Funds': 'cash',
  'Cash drawer': 'exchange',
  Bank: 'bank',
  'Processor fees': 'fees',
  'Office expenses': 'differences',
  'Accounts Receivable (A/R)': 'owed',
};

async function begin(seed: number): Promise<History> {
  const tenant = await createTestTenant(stack);
  const { pool } = stack.database;
  const { realmId } = tenant;
  const [realm] = resetRealms.parse(
    await control(stack.qbo, 'reset', {
      keep: true,
      realms: [{ realmId, kind: 'usAutomated', fixture: 'accounting' }],
    }),
  ).realms;
  if (realm === undefined) throw new Error('no company');
  const { accessToken, refreshToken, ids } = realm;
  const sealed = stack.secrets.seal(
    JSON.stringify({ accessToken, refreshToken, expiresAtMs: null }),
    secretPlace(tenant.id, 'qbo'),
  );
  await putConnection(pool, tenant.id, {
    system: 'qbo',
    address: stack.qbo.url,
    account: realmId,
    sealed,
  });
  const map = (kind: 'account' | 'tender' | 'item', key: string, id: string): Promise<unknown> =>
    putMapping(pool, tenant.id, { kind, key, target: { id, name: null } }, 'test');
  for (const [key, id] of Object.entries(items)) await map('item', key, id);
  for (const [key, name] of Object.entries(accountNames))
    await map('account', key, ids.accounts[name] ?? '');
  await map('account', 'guest-customer', '302');
  await map('account', 'daily-customer', '303');
  await map('tender', 'card', '401');
  await map('tender', 'cash', '402');
  const accounts = new Map(
    Object.entries(counted).map(([name, short]) => [ids.accounts[name] ?? '', short]),
  );
  const history: History = {
    seed,
    tenant,
    accounts,
    ask: await operatorOf(stack, api, tenant),
    till: new MixedTill(seed),
    settings: {},
    switches: [
      { fromDay: '2026-11-19', mode: 'perOrder' },
      { fromDay: '2026-11-20', mode: 'summary' },
      { fromDay: '2026-11-22', mode: 'perOrder' },
    ],
    touched: new Set(),
    log: [],
  };
  const invoice = history.till.pick(['refundReceipt', 'creditMemo'] as const);
  await put(history, {
    ...madeOf(history.till),
    closed: { mode: history.till.is(0.5) ? 'firstOpenDay' : 'park' },
    refund: { ...initialPostingSettings.refund, invoice },
  });
  await sendChanges(stack, tenant, [
    { kind: 'customer', recordId: 'c-1', body: { name: 'Ann', email: 'a@example.test' } },
  ]);
  return history;
}

/** What guests and articles without an item become. */
const madeOf = (till: MixedTill): Pick<PostingSettings, 'customer' | 'item'> => ({
  customer: { guest: till.pick(['perEmail', 'perEmail', 'bucket']) },
  item: { unmapped: till.pick(['create', 'create', 'genericItem', 'hold']) },
});

/** Changes the settings of the books. */
async function put(
  { tenant: { id }, settings, switches }: History,
  changes: Partial<PostingSettings>,
): Promise<void> {
  const { pool } = stack.database;
  Object.assign(settings, changes);
  const value = {
    ...initialPostingSettings,
    mode: { switches },
    summary: { lines: 'category' as const, dueAfterMinutes: 0 },
    ...settings,
  };
  await requestSettings(pool, id, {
    part: 'posting',
    requestId: randomUUID(),
    value,
    catchUp: null,
    requestedBy: 'test',
    expectedRev: null,
  });
  await bringInForce(pool, id, 'posting');
}

interface Delivery {
  id: string;
  kind: string;
  recordId: string;
  part: string;
  state: string;
  reason: string | null;
  detail: string | null;
  op: string;
  undoneBy: string | null;
  summary: string | null;
}

async function deliveriesOf({ tenant }: History): Promise<Delivery[]> {
  const { rows } = await stack.database.pool.query<Delivery>(
    `SELECT id::text AS id, kind, record_id AS "recordId", part, state, reason, detail,
       desired_op AS op, undone_by AS "undoneBy", snapshot ->> 'summary' AS summary
     FROM deliveries WHERE tenant = $1 AND system = 'qbo'
       AND kind NOT IN ('customer', 'product', 'inventory') ORDER BY kind, record_id, part`,
    [tenant.id],
  );
  return rows;
}

const isStopped = ({ state, reason }: Delivery): boolean =>
  state === 'dead' || (state === 'held' && reason !== 'summary');

/** What is wrong in the books, in words; nothing where all is well. */
async function faultsOf(history: History): Promise<string[]> {
  const { till, tenant, accounts, touched } = history;
  const [deliveries, documents, balances] = [
    await deliveriesOf(history),
    await booked(stack, tenant, accounts),
    await trial(stack, tenant, accounts),
  ];
  const wrong: string[] = [];
  const all = documents.reduce((sum, { effect }) => sum.addAll(effect), new Effect());
  const { tax = 0, ...sums } = all.all();
  if (JSON.stringify(sums) !== JSON.stringify(balances))
    wrong.push(
      `documents come to ${JSON.stringify(sums)}, tax ${tax}, the ledger to ` +
        JSON.stringify(balances),
    );
  for (const one of deliveries) {
    const name = `${one.kind}/${one.recordId} ${one.part}`;
    if (['waiting', 'sending', 'verifying', 'dead'].includes(one.state))
      wrong.push(`${name} is ${one.state}: ${one.detail ?? ''}`);
    if (
      one.state === 'held' &&
      (one.reason === null ||
        (one.detail === null && one.reason !== 'summary' && one.reason !== 'direction'))
    )
      wrong.push(`${name} is held, nobody knows why: ${one.reason ?? ''}`);
    if (/Bug|undefined|null/.test(one.detail ?? '')) wrong.push(`${name}: ${one.detail ?? ''}`);
  }
  wrong.push(
    ...(await wronglyOwed(
      stack,
      tenant,
      till.records,
      documents,
      deliveries.filter((one) => isStopped(one) || touched.has(`${one.kind}/${one.recordId}`)),
    )),
  );
  const summed = new Effect();
  let isSummedUp =
    !touched.has('summary') &&
    !deliveries.some((one) => one.kind === 'summary' && one.state !== 'delivered');
  for (const [key, record] of till.records) {
    const own = deliveries.filter((one) => `${one.kind}/${one.recordId}` === key);
    if (own.length === 0) wrong.push(`${key} has no delivery`);
    const isShared = own.some(
      ({ summary, state, reason }) =>
        summary !== null || (state === 'held' && reason === 'summary'),
    );
    if (own.some(isStopped)) {
      if (isShared) isSummedUp = false;
      continue;
    }
    const wanted = isWanted(record, own) ? record.effect : new Effect();
    if (isShared) {
      summed.addAll(wanted);
      continue;
    }
    if (touched.has(key)) continue;
    const found = documents.filter(({ of }) => of === key);
    const sum = found.reduce((effect, one) => effect.addAll(one.effect), new Effect());
    const [is, shall] = [JSON.stringify(sum.all()), JSON.stringify(wanted.all())];
    if (is !== shall)
      wrong.push(
        [
          `${key} is ${is}, not ${shall}`,
          ...record.log,
          ...found.map(({ entity, row: { DocNumber = '', PrivateNote }, effect }) =>
            [entity, DocNumber, PrivateNote, JSON.stringify(effect.all())].join(' '),
          ),
          JSON.stringify(own),
        ].join('\n  '),
      );
  }
  const daily = documents
    .filter(({ of }) => of === 'summary')
    .reduce((sum, { effect }) => sum.addAll(effect), new Effect());
  const [is, shall] = [JSON.stringify(daily.all()), JSON.stringify(summed.all())];
  if (isSummedUp && is !== shall)
    wrong.push(
      `summaries are ${is}, not ${shall}\n  ${deliveries
        .filter(
          ({ kind, summary, reason }) =>
            kind === 'summary' || summary !== null || reason === 'summary',
        )
        .map(
          (one) =>
            `${JSON.stringify(one)} ` +
            (till.records.get(`${one.kind}/${one.recordId}`)?.log.join(' | ') ?? ''),
        )
        .join('\n  ')}`,
    );
  return wrong;
}

/** Whether something of it is to stand: not voided, not taken back. */
function isWanted({ isVoided }: TillRecord, own: readonly Delivery[]): boolean {
  return !isVoided && !own.some(({ undoneBy }) => undoneBy !== null);
}

async function undo(history: History): Promise<void> {
  const { till, tenant, ask } = history;
  const [one, other] = [till.pick(till.days), till.pick(till.days)];
  const [from, to] = one < other ? [one, other] : [other, one];
  const kinds = till.is(0.3)
    ? { kinds: [till.pick(['order', 'refund', 'invoice', 'payment', 'cash', 'payout'])] }
    : {};
  history.log.push(`undo ${from} ${to} ${JSON.stringify(kinds)}`);
  const run = await startUndo(stack, tenant, ask, { from, to, ...kinds });
  if (till.is(0.4)) await sendChanges(stack, tenant, till.changes(4));
  if (till.is(0.2)) await ask('POST', `/runs/${run}/cancel`);
  const { state, detail } = await ended(ask, run);
  if (!['completed', 'cancelled'].includes(state))
    throw new Error(`the undo ${state}: ${detail ?? ''}`);
}

async function redrive(history: History): Promise<void> {
  const { till } = history;
  const undone = (await deliveriesOf(history)).filter(
    ({ undoneBy }) => undoneBy !== null && till.is(0.5),
  );
  const ids = undone.map(({ id }) => id).slice(0, 50);
  const what = ids.length === 0 || till.is(0.3) ? { all: true } : { ids };
  history.log.push(`redrive ${JSON.stringify(what)}`);
  await redriven(history, what);
}

async function redriven({ ask, tenant }: History, what: object): Promise<void> {
  await ask('POST', '/failures/redrive', what);
  const open = async (): Promise<number | null> =>
    (
      await stack.database.pool.query(
        'SELECT FROM redrives WHERE tenant = $1 AND applied_at IS NULL',
        [tenant.id],
      )
    ).rowCount;
  await until('the redrive is applied', open, (count) => count === 0);
}

/** A day that had no ticket yet, often with the other mode from it on. */
async function open(history: History): Promise<void> {
  const { till, switches, log } = history;
  const fromDay = `2026-11-${String(till.days.length).padStart(2, '0')}`;
  if (fromDay >= '2026-11-19') return;
  const before = switches.findLast((one) => one.fromDay < fromDay)?.mode;
  const mode = before === 'summary' ? 'perOrder' : 'summary';
  // Those of the days that are open already stay as they are.
  if (till.is(0.7))
    switches.splice(
      switches.findIndex((one) => one.fromDay > fromDay),
      0,
      { fromDay, mode },
    );
  log.push(`new day ${fromDay} ${JSON.stringify(switches)}`);
  await put(history, {});
  till.days.push(fromDay, fromDay);
}

/** Does one thing; answers what of it was shown otherwise before. */
async function step(history: History): Promise<string[]> {
  const { till, tenant, log } = history;
  const chance = till.next();
  if (chance < 0.12) return none(undo(history));
  if (chance < 0.2) return none(redrive(history));
  if (chance < 0.27) return none(bank(stack, history));
  if (chance < 0.3) return none(meddle(stack, history));
  if (chance < 0.36) await open(history);
  if (chance >= 0.36 && chance < 0.42) {
    const date = till.pick([
      null,
      '2026-11-06',
      '2026-11-19',
      '2026-11-20',
      '2026-11-22',
      '2026-11-24',
    ]);
    log.push(`closed ${date ?? 'nothing'}`);
    await control(stack.qbo, 'act', {
      as: 'accountant',
      do: 'closeBooks',
      realmId: tenant.realmId,
      date,
    });
  }
  if (chance >= 0.42 && chance < 0.5) {
    const as = till.pick(['salesReceipt', 'invoicePayment'] as const);
    const mode = till.pick(['firstOpenDay', 'park'] as const);
    const lines = till.pick(['category', 'item'] as const);
    const invoice = till.pick(['refundReceipt', 'creditMemo'] as const);
    const made = madeOf(till);
    log.push(`settings ${as} ${mode} ${lines} ${invoice} ${JSON.stringify(made)}`);
    await put(history, {
      ...made,
      paid: { as },
      closed: { mode },
      summary: { lines, dueAfterMinutes: 0 },
      refund: { ...initialPostingSettings.refund, invoice },
    });
  }
  if (till.is(0.12)) {
    const what = till.pick(['resetAfterCommit', 'resetBeforeCommit', 'cutJson', 'commitLate']);
    log.push(what);
    const delay = what === 'commitLate' ? { delayMs: 300 } : {};
    await fault(stack, tenant, 'qbo', { fault: what, times: 1, match: { write: true }, ...delay });
  }
  const others = till.is(0.15) ? [till.described()] : [];
  const come = (): Promise<void> => sendChanges(stack, tenant, [...till.changes(6), ...others]);
  const isLookedAt = till.is(0.25);
  log.push(isLookedAt ? 'changes, looked at before' : 'changes');
  return isLookedAt ? unforeseen(stack, tenant, history.ask, come) : none(come());
}

async function none(done: Promise<void>): Promise<string[]> {
  await done;
  return [];
}

/** Opens all periods and tries everything again that is held. */
async function letGo(history: History): Promise<void> {
  const { tenant, log } = history;
  await control(stack.qbo, 'act', {
    as: 'accountant',
    do: 'closeBooks',
    realmId: tenant.realmId,
    date: null,
  });
  await put(history, { closed: { mode: 'firstOpenDay' }, item: { unmapped: 'create' } });
  log.push('opened, redrive all');
  await redriven(history, { all: true });
  await untilIdle(stack, tenant);
}

async function run(seed: number): Promise<string[]> {
  const history = await begin(seed);
  const { ask, tenant, till, accounts, log } = history;
  const all = async (read: () => Promise<string[]>): Promise<string[]> => {
    const wrong = await read().catch((error: unknown) => [String(error)]);
    return wrong.length === 0 ? [] : [`seed ${seed} after ${log.join(', ')}:`, ...wrong];
  };
  for (let index = 0; index < steps; index += 1) {
    const wrong = await all(async () => {
      const unseen = await step(history);
      await untilIdle(stack, tenant);
      return [...unseen, ...(await faultsOf(history))];
    });
    if (wrong.length > 0) return wrong;
  }
  const wrong = await all(async () => {
    await letGo(history);
    return faultsOf(history);
  });
  if (wrong.length > 0) return wrong;
  return all(async () => unexplained(ask, await booked(stack, tenant, accounts), till.records));
}

test(`${histories} histories of ${steps} steps: after each the books hold what the till says`, async () => {
  const wrong: string[] = [];
  for (let from = 0; from < histories; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, histories - from) }, (_, index) =>
      run(firstSeed + from + index),
    );
    for (const one of await Promise.all(some)) wrong.push(...one);
  }
  expect(wrong.join('\n')).toBe('');
});
