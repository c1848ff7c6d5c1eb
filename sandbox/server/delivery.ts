import { setTimeout as delay } from 'node:timers/promises';

import { type Call, cut, perform, send, wait } from './call';
import { type FaultSpec } from './faults';
import { type VendorAnswer } from './vendor';

const slowBodyMs = 2_000;
const slowBodyParts = 20;
/** A write whose client has gone commits this much later (architecture: settle time tests). */
const lateCommitMs = { min: 4_000, max: 8_000 };

type Deed = (call: Call, spec: FaultSpec) => Promise<void> | void;

/** What each fault does with a call. Names and fields: README.md. */
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
  slowBody,
  cutJson: (call) => {
    const answer = perform(call);
    const half = Buffer.from(answer.body).subarray(0, Math.floor(answer.body.length / 2));
    call.entry.status = answer.status;
    call.response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
    });
    call.isCutHere = true;
    // The half must have left before the socket closes, or the client sees a plain reset.
    call.response.write(half, () => call.response.socket?.destroySoon());
  },
  emptyBody: (call) => {
    send(call, { ...perform(call), status: 200, body: '' });
  },
  noticeBeforeJson: (call) => {
    const answer = perform(call);
    const notice =
      '<br />\n<b>Notice</b>:  Undefined index: rate in <b>/srv/www/wp-content/plugins/shipping/rates.php</b> on line <b>212</b><br />\n';
    send(call, { ...answer, body: `${notice}${answer.body}` });
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
};

/** Serves a call, bent by the fault if there is one. */
export async function deliver(call: Call, spec: FaultSpec | null): Promise<void> {
  if (spec === null) {
    send(call, perform(call));
    return;
  }
  const injected = injectedAnswer(call, spec);
  if (injected !== null) {
    if (spec.delayMs !== undefined) await wait(call, spec.delayMs);
    if (call.facts.isWrite) call.entry.committed = false;
    send(call, injected);
    return;
  }
  const deed = deeds[spec.fault];
  if (deed === undefined) throw new Error(`Bug: fault ${spec.fault} has no deed`);
  await deed(call, spec);
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
 * client has gone if it goes before that; the connection is cut then, or after `holdMs`.
 */
async function commitLate(call: Call, spec: FaultSpec): Promise<void> {
  const lagMs = spec.delayMs ?? call.random.between(lateCommitMs.min, lateCommitMs.max);
  const isLate = !call.vendor.isRemembered(call.request);
  const patience = new AbortController();
  const held = delay(spec.holdMs ?? lagMs, 'held' as const, {
    signal: AbortSignal.any([call.epoch, patience.signal]),
  });
  const left = call.gone.then(() => 'left' as const);
  const first = await Promise.race([held, left]);
  if (first === 'left') {
    patience.abort();
    held.catch(() => undefined); // only our own abort can end it now
    await wait(call, lagMs);
    perform(call, { isLate });
    return;
  }
  if (spec.holdMs !== undefined && spec.holdMs < lagMs) {
    cut(call);
    await wait(call, lagMs);
  }
  perform(call, { isLate });
  cut(call);
}

async function slowBody(call: Call, spec: FaultSpec): Promise<void> {
  const answer = perform(call);
  call.entry.status = answer.status;
  call.response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
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
