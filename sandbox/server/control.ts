import { type IncomingMessage } from 'node:http';
import { z } from 'zod';

import { errorText } from '../error-text';
import { entryOf, parseJson } from '../json';
import { checked } from './checked';
import { type Clock } from './clock';
import { type FaultPlan } from './faults';
import { type Journal } from './journal';
import { type Snapshots } from './snapshots';
import { type ControlCall, type Vendor } from './vendor';
import { ControlError } from './control-error';

/** What the control calls act on. */
export interface Controlled {
  vendor: Vendor;
  clock: Clock;
  plan: FaultPlan;
  journal: Journal;
  snapshots: Snapshots;
  /** Forgets everything that was still to happen, and starts the seeded numbers anew. */
  startOver(): void;
  /** Makes a changed seed count. */
  reseed(): void;
  /** Settings that a reset goes back to. */
  initialSettings: Record<string, unknown>;
  /** Writes the state file; answers its name and size. Absent without a state file. */
  save: (() => { file: string; bytes: number }) | undefined;
}

/** Entries in one answer; the rest is read from `next` on. */
const journalPageMax = 100_000;

export interface ControlAnswer {
  status: number;
  body: unknown;
}

/** `null` as a text means null: `status=null` finds calls without an answer. */
const orNull = <T extends z.ZodType>(schema: T): z.ZodType<z.output<T> | null> =>
  z.preprocess((text) => (text === 'null' ? null : text), z.union([z.null(), schema]));
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const journalQuery = z.strictObject({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(journalPageMax).default(journalPageMax),
  tenant: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  entity: z.string().optional(),
  status: orNull(z.coerce.number().int()).optional(),
  fault: z.string().optional(),
  committed: orNull(flag).optional(),
  write: flag.optional(),
});

const resetBody = z.looseObject({ settings: z.record(z.string(), z.unknown()).optional() });

/** Serves one call under `/_sandbox/` (sandbox.md#control-calls). */
export function control(
  on: Controlled,
  request: IncomingMessage,
  name: string,
  query: URLSearchParams,
  body: string,
): ControlAnswer {
  const method = request.method ?? 'GET';
  const table = callsOf(on);
  const calls = entryOf(table, name);
  if (calls === undefined) {
    const known = Object.keys(table).sort();
    return { status: 404, body: { error: `no control call ${name}`, known } };
  }
  const call = calls.find((one) => one.method === method);
  if (call === undefined) {
    return { status: 405, body: { error: `${name} knows ${calls.map((c) => c.method).join()}` } };
  }
  try {
    return { status: 200, body: call.run(parsed(body), query) };
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { error: error.message } };
    throw error;
  }
}

function parsed(body: string): unknown {
  if (body.trim() === '') return {};
  const value = parseJson(body);
  if (value === undefined) throw new ControlError('the body is not JSON');
  return value;
}

type AnyCall = Omit<ControlCall, 'method'> & { method: 'GET' | 'POST' | 'DELETE' };

function callsOf(on: Controlled): Partial<Record<string, AnyCall[]>> {
  const { vendor, clock, plan, journal, snapshots } = on;
  const own = Object.entries(vendor.calls).map(([name, call]) => [name, [call]] as const);
  const changeSettings = (body: unknown): unknown => {
    vendor.settings.change(body);
    on.reseed();
    return { settings: vendor.settings.values() };
  };
  return {
    ...Object.fromEntries(own),
    reset: [{ method: 'POST', run: (body) => reset(on, body) }],
    faults: [
      { method: 'GET', run: () => ({ faults: plan.list() }) },
      { method: 'POST', run: (body) => ({ planned: plan.add(body, vendor.unknownFaults) }) },
      {
        method: 'DELETE',
        run: () => {
          plan.clear();
          return { planned: 0 };
        },
      },
    ],
    journal: [
      {
        method: 'GET',
        run: (_body, query) => {
          const { since, limit, ...filter } = checked(journalQuery, Object.fromEntries(query));
          return journal.read(since, limit, filter);
        },
      },
    ],
    clock: [
      { method: 'GET', run: () => clock.read() },
      {
        method: 'POST',
        run: (body) => {
          clock.set(body);
          return clock.read();
        },
      },
    ],
    settings: [
      { method: 'GET', run: () => ({ settings: vendor.settings.values() }) },
      { method: 'POST', run: changeSettings },
    ],
    snapshot: [{ method: 'POST', run: () => snapshots.take() }],
    restore: [{ method: 'POST', run: (body) => snapshots.restore(body) }],
    act: [{ method: 'POST', run: (body) => vendor.act(body) }],
    save: [
      {
        method: 'POST',
        run: () => {
          if (on.save === undefined) throw new ControlError('started without --state FILE');
          return saved(on.save);
        },
      },
    ],
  };
}

/** A full disk is not the caller's mistake, but he must hear of it. */
function saved(save: () => unknown): unknown {
  try {
    return save();
  } catch (error) {
    throw new ControlError(errorText(error));
  }
}

/** Back to the start: data, faults, journal, clock and settings; `keep` adds to what is there. */
function reset(on: Controlled, body: unknown): unknown {
  const { settings = {}, ...rest } = checked(resetBody, body);
  const isAddition = rest['keep'] === true;
  if (!isAddition) {
    on.vendor.settings.reset();
    on.vendor.settings.change({ ...on.initialSettings, ...settings });
    on.startOver();
    on.plan.clear();
    on.journal.clear();
    on.clock.reset();
  }
  const answer = on.vendor.reset(rest);
  if (isAddition) on.vendor.settings.change(settings);
  return answer;
}
