import { type Call, cut, perform, send, wait, writeHead } from './call';
import { type FaultSpec, type PlannedFault } from './faults';
import { type Gate } from './gate';
import { type VendorAnswer } from './vendor';

const slowBodyMs = 2_000;
const slowBodyParts = 20;
const outageMs = 2_000;
/** A write whose client has gone commits this much later (architecture: settle time tests). */
const lateCommitMs = { min: 4_000, max: 8_000 };

const notice =
  '<br />\n<b>Notice</b>:  Undefined index: rate in ' +
  '<b>/srv/www/wp-content/plugins/shipping/rates.php</b> on line <b>212</b><br />\n';

type Deed = (call: Call, spec: FaultSpec, gate: Gate) => Promise<void> | void;

/** What each fault does with a call. Names and fields: docs/sandbox.md. */
const deeds: Partial<Record<string, Deed>> = {
  resetBeforeCommit: (call) => {
    if (call.facts.isWrite) call.entry.committed = false;
    cut(call);
  },
  resetAfterCommit: (call) => {
    perform(call);
    cut(call);
  },
  commitLate,
  hang: async (call, spec) => {
    if (call.facts.isWrite) call.entry.committed = false;
    if (spec.delayMs === undefined) return call.gone;
    await Promise.race([call.gone, wait(call, spec.delayMs)]);
    cut(call);
  },
  hold: async (call, _spec, gate) => {
    await gate.arrive(call.epoch);
    send(call, perform(call));
  },
  slowBody,
  cutJson: (call) => {
    const answer = perform(call);
    const half = Buffer.from(answer.body).subarray(0, Math.floor(answer.body.length / 2));
    call.entry.status = answer.status;
    writeHead(call, answer);
    call.isCutHere = true;
    // The half must have left before the socket closes, or the client sees a plain reset.
    call.response.write(half, () => call.response.socket?.destroySoon());
  },
  emptyBody: (call) => {
    send(call, { ...perform(call), status: 200, body: '' });
  },
  noticeBeforeJson: (call, { repeat }) => {
    const answer = perform(call);
    send(call, { ...answer, body: `${notice.repeat(repeat ?? 1)}${answer.body}` });
  },
  noticeAfterJson: (call, { repeat }) => {
    const answer = perform(call);
    send(call, { ...answer, body: `${answer.body}${notice.repeat(repeat ?? 1)}` });
  },
  byteOrderMark: (call) => {
    const answer = perform(call);
    send(call, { ...answer, body: `\u{feff}${answer.body}` });
  },
  expireToken: (call) => {
    send(call, perform(call)); // the token has been expired before; another one may still be good
  },
  itemFault: (call, spec) => {
    send(
      call,
      perform(call, { itemFault: { code: spec.code ?? 6000, positions: positions(call, spec) } }),
    );
  },
  batchCut: (call, spec) => {
    perform(call, { cutAfter: spec.after ?? Math.floor(call.facts.operations / 2) });
    cut(call);
  },
  actBefore: (call, spec) => {
    call.vendor.act(spec.act);
    send(call, perform(call));
  },
  downBeforeCommit: (call, spec) => {
    if (call.facts.isWrite) call.entry.committed = false;
    cut(call);
    call.goDown(spec.delayMs ?? outageMs);
  },
  downAfterCommit: (call, spec) => {
    perform(call);
    cut(call);
    call.goDown(spec.delayMs ?? outageMs);
  },
};

/** Serves a call, bent by the fault if there is one. */
export async function deliver(call: Call, fault: PlannedFault | null): Promise<void> {
  if (fault === null) {
    send(call, perform(call));
    return;
  }
  const { spec, gate } = fault;
  const injected = injectedAnswer(call, spec);
  if (injected !== null) {
    if (spec.delayMs !== undefined) await wait(call, spec.delayMs);
    if (call.facts.isWrite) call.entry.committed = false;
    send(call, injected);
    return;
  }
  const deed = deeds[spec.fault];
  if (deed === undefined) throw new Error(`Bug: fault ${spec.fault} has no deed`);
  await deed(call, spec, gate);
}

/** The answer of a fault that carries nothing out. */
function injectedAnswer(call: Call, spec: FaultSpec): VendorAnswer | null {
  if (spec.fault.startsWith('status:')) {
    return call.vendor.statusAnswer(Number(spec.fault.slice('status:'.length)), spec.retryAfter);
  }
  const named = call.vendor.namedAnswer(spec.fault);
  if (named === null || spec.retryAfter === undefined) return named;
  return { ...named, headers: { ...named.headers, 'retry-after': spec.retryAfter } };
}

/**
 * The client gets no answer. The write commits some seconds after the request came, or after the
 * client has gone if it goes before that; the connection is cut then, or after `holdMs`. All of it
 * in the time of the sandbox's clock: a clock that stands commits when it is moved.
 */
function commitLate(call: Call, spec: FaultSpec): Promise<void> {
  const { clock, epoch } = call;
  const startMs = clock.nowMs();
  const lagMs = spec.delayMs ?? call.random.between(lateCommitMs.min, lateCommitMs.max);
  const holdMs = Math.min(spec.holdMs ?? lagMs, lagMs);
  const isLate = !call.vendor.isRemembered(call.request);
  return new Promise((resolve, reject) => {
    const commit = (): void => {
      epoch.removeEventListener('abort', stop);
      try {
        perform(call, { isLate });
        cut(call);
        resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    let commitTimer = clock.at(startMs + lagMs, commit);
    const holdTimer = clock.at(startMs + holdMs, () => {
      if (holdMs < lagMs) cut(call);
    });
    void call.gone.then(() => {
      if (call.isCutHere || epoch.aborted) return;
      holdTimer.cancel();
      commitTimer.cancel();
      commitTimer = clock.at(clock.nowMs() + lagMs, commit);
    });
    const stop = (): void => {
      commitTimer.cancel();
      holdTimer.cancel();
      reject(new Error('a reset came'));
    };
    epoch.addEventListener('abort', stop);
  });
}

async function slowBody(call: Call, spec: FaultSpec): Promise<void> {
  const answer = perform(call);
  call.entry.status = answer.status;
  writeHead(call, answer);
  const bytes = Buffer.from(answer.body);
  const partSize = Math.max(1, Math.ceil(bytes.length / slowBodyParts));
  for (let start = 0; start < bytes.length; start += partSize) {
    await wait(call, (spec.delayMs ?? slowBodyMs) / slowBodyParts);
    if (call.response.destroyed) return;
    call.response.write(bytes.subarray(start, start + partSize));
  }
  call.response.end();
}

function positions(call: Call, spec: FaultSpec): Set<number> {
  if (spec.item === 'random') {
    return new Set([call.random.between(0, Math.max(0, call.facts.operations - 1))]);
  }
  return new Set([(spec.item ?? 1) - 1]);
}
