import { targets } from '../words';
import { laneProblems } from './lane';
import {
  problem,
  severities,
  type Health,
  type HealthProblem,
  type ProblemCode,
  type TenantFacts,
} from './problem';

// Whether a tenant is well, decided in one place from everything that can stand still.

/** Work that waits for this long without any progress stands still. */
const stalledMs = 30_000;
/** Workers say every 10 s that they live. */
const workerAwayMs = 30_000;
const requestShownMs = 30_000;

/** The word for the tenant and everything that explains it, worst first. */
export function healthOf(facts: TenantFacts): { health: Health; problems: HealthProblem[] } {
  const problems = [...tenantProblems(facts), ...targets.flatMap((s) => laneProblems(facts, s))];
  const rank = (problem: HealthProblem): number => -severities.indexOf(problem.severity);
  problems.sort((a, b) => rank(a) - rank(b));
  return { health: wordFor(facts, problems), problems };
}

function wordFor(facts: TenantFacts, problems: readonly HealthProblem[]): Health {
  const lanes = targets.map((system) => facts.lanes[system]);
  const has = (code: ProblemCode): boolean => problems.some((problem) => problem.code === code);
  if (lanes.every(({ isPaused }) => isPaused)) return 'paused';
  if (has('needs_auth')) return 'needs_auth';
  if (problems.some(({ severity }) => severity === 'critical')) return 'broken';
  if (problems.some(({ severity }) => severity === 'warning')) return 'degraded';
  return facts.hasDeliveries ? 'ok' : 'unknown';
}

function tenantProblems(facts: TenantFacts): HealthProblem[] {
  const found: HealthProblem[] = [];
  const away = workerAway(facts);
  if (away !== null) found.push(away);
  const { notAbsorbed, absorbTrouble, failedChanges, staleChanges, requests, queue, nowMs } = facts;
  const isStalled = notAbsorbed !== null && nowMs - notAbsorbed.sinceMs > stalledMs;
  if (absorbTrouble !== null || isStalled)
    found.push(
      problem({
        code: 'absorb_stalled',
        severity: 'critical',
        title: 'Changes are not taken over',
        detail: absorbTrouble?.reason ?? 'Changes are stored, and nothing has taken them over.',
        whatToDo: 'Look at the workers and at the workflow of this tenant; nothing is lost.',
        sinceMs: absorbTrouble?.sinceMs ?? notAbsorbed?.sinceMs ?? null,
        records: notAbsorbed?.count ?? 0,
      }),
    );
  if (failedChanges !== null)
    found.push(
      problem({
        code: 'failed_changes',
        severity: 'warning',
        title: 'Changes that could not be applied',
        detail: `${failedChanges.count} changes of the POS contradict what is known.`,
        whatToDo: 'Read them under failures; send a corrected revision, or discard them.',
        sinceMs: failedChanges.sinceMs,
        records: failedChanges.count,
      }),
    );
  if (staleChanges !== null)
    found.push(
      problem({
        code: 'stale_changes',
        severity: 'notice',
        title: 'Changes older than what we have',
        detail: `${staleChanges.count} changes of this POS are older than what we have.`,
        whatToDo:
          'After a restored back-up of the POS: send its records with revisions above ours.',
        sinceMs: staleChanges.sinceMs,
        records: staleChanges.count,
      }),
    );
  if (requests !== null && nowMs - requests.sinceMs > requestShownMs)
    found.push(
      problem({
        code: 'request_waiting',
        severity: 'warning',
        title: 'Requests not applied yet',
        detail: `${requests.count} settings or redrives were asked for and are not in force.`,
        whatToDo: 'Look at the workers and at the workflow of this tenant.',
        sinceMs: requests.sinceMs,
        records: requests.count,
      }),
    );
  if (queue.depth >= queue.bound)
    found.push(
      problem({
        code: 'queue_full',
        severity: 'warning',
        title: 'The queue is full',
        detail: `The queue holds ${queue.depth} of at most ${queue.bound}: no change is taken.`,
        whatToDo: 'Mend what the other problems name, or raise sync.queueBound.',
        records: queue.depth,
      }),
    );
  return found;
}

/** No worker lives although there is work for one. */
function workerAway({
  nowMs,
  workerSeenMs,
  notAbsorbed,
  lanes,
}: TenantFacts): HealthProblem | null {
  if (workerSeenMs !== null && nowMs - workerSeenMs <= workerAwayMs) return null;
  const waiting = [
    notAbsorbed?.sinceMs,
    ...targets.map((system) => lanes[system].oldestDueMs),
  ].flatMap((ms) => (ms === null || ms === undefined ? [] : [ms]));
  if (waiting.length === 0 || nowMs - Math.min(...waiting) < workerAwayMs) return null;
  return problem({
    code: 'worker_away',
    severity: 'critical',
    title: 'No worker is running',
    detail: 'There is work, and no worker process has said that it lives.',
    whatToDo: 'Start the worker (npm run start:worker); it goes on where it stopped.',
    sinceMs: workerSeenMs ?? Math.min(...waiting),
  });
}
