import { setTimeout as sleep } from 'node:timers/promises';

import { MultiBar, type SingleBar } from 'cli-progress';

import type { DemoOptions } from './arguments';
import { companies, type DemoCompany } from './company';
import { compareLedgers } from './compare';
import { readFailures, readStatus, sendChanges, type TenantStatus } from './play-sales';
import { Kill } from './kill';
import type { DemoReport } from './report';
import type { readSales } from './sales-file';
import {
  planFaults,
  resetRealm,
  resetStore,
  setLatencyProfile,
  setQuota,
  type SandboxRealm,
  type SandboxStore,
} from './sandbox-control';
import { say } from './say';
import type { Stage } from './stage';
import { createDemoTenant, type DemoTenant, type ShownTenant } from './tenant';
import { openingChanges, ticketChanges, type Invoice } from './till';
import { treatedSpecially } from './treated';

/** What a demo ends with: its report, and the tenant to look at. */
export interface Played {
  report: DemoReport;
  shown: ShownTenant;
}

/** Plays the sales as a POS would, waits until shop and books have them, and compares. */
export async function play(
  stage: Stage,
  options: DemoOptions,
  rows: ReturnType<typeof readSales>,
  invoices: Invoice[],
): Promise<Played> {
  const company = companies[options.company];
  const tenantId = `demo-${Date.now().toString(36)}`;
  const store = await resetStore(stage.woo, tenantId, options.seed, company);
  const realm = await resetRealm(stage.qbo, String(Date.now()), options.seed, company);
  await setQuota(stage.qbo, options.hasQuota);
  for (const sandbox of [stage.woo, stage.qbo]) await setLatencyProfile(sandbox, options.latency);
  const { apiUrl, rootKey } = stage;
  const tenant = await createDemoTenant({
    apiUrl,
    rootKey,
    tenantId,
    store,
    realm,
    books: stage.qbo,
    hasQuota: options.hasQuota,
    company,
    posting: options.posting,
  });
  if (options.faults !== null) {
    await planFaults(stage.woo, options.faults);
    await planFaults(stage.qbo, options.faults);
  }
  say(`Tenant ${tenantId}: the POS sends its sales`);
  const startMs = Date.now();
  const killed = await sendAndDeliver(stage, options, tenant, rows, invoices, startMs);
  const seconds = Math.round((Date.now() - startMs) / 100) / 10;
  const compared = await comparedWithoutQuota(
    stage,
    store,
    realm,
    tenant,
    rows,
    invoices,
    company,
    options.posting === 'summary',
  );
  if (!compared.equal)
    for (const line of await readFailures(tenant.api)) say(`  still open: ${line}`);
  const treated = treatedSpecially(rows, invoices);
  return { report: { seconds, killed, treated, ...compared }, shown: tenant.api.shown };
}

/** The comparison reads a lot at once: it must not be refused by the quota that it checks. */
async function comparedWithoutQuota(
  stage: Stage,
  store: SandboxStore,
  realm: SandboxRealm,
  tenant: DemoTenant,
  rows: ReturnType<typeof readSales>,
  invoices: Invoice[],
  company: DemoCompany,
  isSummed: boolean,
): Promise<Awaited<ReturnType<typeof compareLedgers>>> {
  await setQuota(stage.qbo, false);
  return compareLedgers({
    rows,
    invoices,
    woo: stage.woo,
    qbo: stage.qbo,
    store,
    realm,
    ownCustomerIds: tenant.ownCustomerIds,
    company,
    taxVarianceMinor: isSummed && company.tax?.isIncluded ? taxVarianceMinor * invoices.length : 0,
  });
}

/** Start value of the setting `tax.varianceMinor`, for each ticket. */
const taxVarianceMinor = 2;

async function sendAndDeliver(
  stage: Stage,
  options: DemoOptions,
  tenant: DemoTenant,
  rows: ReturnType<typeof readSales>,
  invoices: Invoice[],
  startMs: number,
): Promise<DemoReport['killed']> {
  const company = companies[options.company];
  const opening = openingChanges(rows, invoices, company);
  const tickets = invoices.map((invoice) => ticketChanges(invoice, company));
  const changes = [...opening, ...tickets.flat()];
  const bars = new MultiBar({
    format: '{name} [{bar}] {percentage} % of {total} {of}',
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    hideCursor: true,
  });
  const sent = bars.create(changes.length, 0, { name: 'sent by the POS       ', of: 'changes' });
  // Some changes become one write, or none: only the share says how far the work is.
  const shareOnly = { format: '{name} [{bar}] {percentage} %' };
  const open = bars.create(1, 0, { name: 'done in shop and books' }, shareOnly);
  const state = { largest: 1 };
  const kill = options.kill === null ? null : new Kill(stage, options.kill);
  try {
    await sendAll(
      tenant,
      opening,
      tickets,
      (count) => {
        sent.increment(count);
      },
      kill,
    );
    await kill?.untilBack();
    const deadlineMs = startMs + options.timeLimitS * 1_000;
    await untilDone(tenant, deadlineMs, open, state);
    return kill?.done ?? null;
  } finally {
    bars.stop();
  }
}

async function sendAll(
  tenant: DemoTenant,
  opening: ReturnType<typeof openingChanges>,
  tickets: ReturnType<typeof ticketChanges>[],
  onSent: (count: number) => void,
  kill: Kill | null,
): Promise<void> {
  await sendChanges(tenant.api, opening, onSent);
  // A POS sends each ticket as it happens; ten at a time stand for a busy minute.
  for (let start = 0; start < tickets.length; start += 10) {
    await sendChanges(tenant.api, tickets.slice(start, start + 10).flat(), onSent);
    await kill?.afterSales(start / tickets.length);
  }
}

/** Until nothing is open any more, or time is up. */
async function untilDone(
  tenant: DemoTenant,
  deadlineMs: number,
  bar: SingleBar,
  state: { largest: number },
): Promise<void> {
  for (;;) {
    const status = await readStatus(tenant.api);
    const { depth } = status.queue;
    state.largest = Math.max(state.largest, depth);
    bar.setTotal(state.largest);
    bar.update(state.largest - depth);
    if (depth === 0 && isQuiet(status)) return;
    if (Date.now() > deadlineMs) return;
    await sleep(250);
  }
}

function isQuiet(status: TenantStatus): boolean {
  return [status.lanes.woo, status.lanes.qbo].every(
    (lane) => lane.waiting + lane.sending + lane.verifying === 0,
  );
}
