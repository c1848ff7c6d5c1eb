import { z } from 'zod';

import { type Random } from '../random';
import { checked } from './checked';
import { createGate, type Gate } from './gate';
import { isSameEntity } from './same-entity';
import { type RequestFacts, type VendorRequest } from './vendor';
import { ControlError } from './control-error';

/** Names of the faults beside `status:NNN`; docs/sandbox.md says what each does. */
export const faultNames = [
  'html503',
  'wpDie',
  'noRoute',
  'throttleXml',
  'resetBeforeCommit',
  'resetAfterCommit',
  'commitLate',
  'hang',
  'hold',
  'slowBody',
  'cutJson',
  'emptyBody',
  'noticeBeforeJson',
  'noticeAfterJson',
  'byteOrderMark',
  'fault200',
  'expireToken',
  'itemFault',
  'batchCut',
  'actBefore',
  'downBeforeCommit',
  'downAfterCommit',
];

/** A fault as it is posted. */
export const faultSpec = z.strictObject({
  match: z
    .strictObject({
      method: z.string().optional(),
      path: z.string().optional(),
      nth: z.number().int().min(1).optional(),
      entity: z.string().optional(),
      write: z.boolean().optional(),
      /** A text in the body, such as a word that a firewall does not let pass. */
      body: z.string().min(1).optional(),
    })
    .default({}),
  fault: z.string().refine((name) => /^status:[2-5]\d\d$/.test(name) || faultNames.includes(name), {
    error: `one of status:NNN, ${faultNames.join(', ')}`,
  }),
  times: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  delayMs: z.number().int().min(0).max(600_000).optional(),
  /** commitLate: the connection is cut after this time; without it, when the write commits. */
  holdMs: z.number().int().min(0).max(600_000).optional(),
  /** Seconds, or a date: whatever may stand in a header. */
  retryAfter: z
    .union([z.string().regex(/^[\x20-\x7e]*$/), z.number()])
    .transform(String)
    .optional(),
  /** noticeBeforeJson, noticeAfterJson: how many notices. */
  repeat: z.number().int().min(1).max(10_000).optional(),
  /** itemFault: the error code of the operation. */
  code: z.number().int().optional(),
  /** itemFault: the one-based position in the batch, or `random` for one of them. */
  item: z.union([z.number().int().min(1), z.literal('random')]).optional(),
  /** batchCut: operations that are committed before the cut. */
  after: z.number().int().min(0).optional(),
  /** actBefore: the body of a control call `act`, done before the request is carried out. */
  act: z.record(z.string(), z.unknown()).optional(),
  /** hold: how many calls must be there before they go on. */
  until: z.number().int().min(2).max(1_000).optional(),
});

/** One fault of the plan, as posted. */
export type FaultSpec = z.output<typeof faultSpec>;

/** A fault of the plan and how often it may still happen. */
export interface PlannedFault {
  spec: FaultSpec;
  /** Where `hold` keeps its calls. */
  gate: Gate;
  pathPattern: RegExp | null;
  seen: number;
  timesLeft: number;
}

export interface FaultPlan {
  add(body: unknown, unknownFaults: readonly string[]): number;
  /** Forgets the plan; calls that are held go on. */
  clear(): void;
  /** The first fault of the plan that fits; it counts as spent. */
  pick(request: VendorRequest, facts: RequestFacts): PlannedFault | null;
  /** The request was refused before the fault could act. */
  giveBack(fault: PlannedFault): void;
  list(): FaultSpec[];
}

export function createFaultPlan(random: Random): FaultPlan {
  let plan: PlannedFault[] = [];
  return {
    add: (body, unknownFaults) => {
      const specs = checked(z.array(faultSpec), body);
      const foreign = specs.filter((spec) => unknownFaults.includes(spec.fault));
      if (foreign.length > 0) {
        const names = foreign.map((spec) => spec.fault).join(', ');
        throw new ControlError(`this vendor cannot do: ${names}`);
      }
      for (const { fault, act, until } of specs) {
        if (fault === 'actBefore' && act === undefined)
          throw new ControlError('actBefore needs act');
        if (fault === 'hold' && until === undefined) throw new ControlError('hold needs until');
      }
      plan.push(...specs.map(planned));
      return plan.length;
    },
    clear: () => {
      const ended = plan;
      plan = [];
      for (const { gate } of ended) gate.open();
    },
    pick: (request, facts) => {
      for (const fault of plan) {
        if (fault.timesLeft > 0 && fits(fault, request, facts) && isDue(fault, random)) {
          fault.timesLeft -= 1;
          return fault;
        }
      }
      return null;
    },
    giveBack: (fault) => {
      fault.timesLeft += 1;
      fault.seen -= 1;
    },
    list: () => plan.filter((fault) => fault.timesLeft > 0).map((fault) => fault.spec),
  };
}

/** Without `times` a fault stays until it is deleted; with `nth` it happens once. */
function planned(spec: FaultSpec): PlannedFault {
  const timesLeft = spec.times ?? (spec.match.nth === undefined ? Infinity : 1);
  const gate = createGate(spec.until ?? 1);
  return { spec, gate, pathPattern: patternOf(spec.match.path), seen: 0, timesLeft };
}

function patternOf(path: string | undefined): RegExp | null {
  if (path === undefined) return null;
  try {
    return new RegExp(path);
  } catch {
    return null; // no regular expression: it still matches as a part of the path
  }
}

function fits(fault: PlannedFault, request: VendorRequest, facts: RequestFacts): boolean {
  const { method, path, entity, write, body } = fault.spec.match;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (body !== undefined && !request.body.includes(body)) return false;
  if (write !== undefined && write !== facts.isWrite) return false;
  if (entity !== undefined && !facts.entities.some((one) => isSameEntity(one, entity))) {
    return false;
  }
  if (path === undefined) return true;
  const isMatch = (text: string): boolean =>
    text.includes(path) || fault.pathPattern?.test(text) === true;
  return isMatch(request.path) || isMatch(`${request.path}?${request.rawQuery}`);
}

function isDue(fault: PlannedFault, random: Random): boolean {
  fault.seen += 1;
  const { nth } = fault.spec.match;
  if (nth !== undefined && fault.seen < nth) return false;
  const { probability } = fault.spec;
  return probability === undefined || random.next() < probability;
}
