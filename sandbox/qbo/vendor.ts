import { checked } from '../server/checked';
import {
  type Execution,
  type Vendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorTools,
} from '../server/vendor';
import { act } from './act';
import {
  faultAnswer,
  gatewayAnswer,
  htmlAnswer,
  jsonAnswer,
  throttleAnswer,
  withTid,
} from './answer';
import { faults, QboFault } from './fault';
import { ledgerOf } from './books';
import { latencyMs } from './latency';
import {
  checkBearer,
  consentCall,
  createOAuth,
  expireBearer,
  grant,
  type OAuthState,
  revokeCall,
  tokenCall,
} from './oauth';
import { createQuota, type Quota } from './quota';
import { type Realm } from './realm';
import { replyTo } from './replies';
import { companyPath, factsOf } from './request';
import { resetBody, seededRealm } from './reset';
import { serveCompany } from './routes';
import { createQboSettings } from './settings';
import { createWebhooks, type Webhooks, webhookVerifier } from './webhooks';
import { ControlError } from '../server/control-error';

interface QboState {
  realms: Map<string, Realm>;
  oauth: OAuthState;
}

interface QboSandbox {
  tools: VendorTools;
  settings: ReturnType<typeof createQboSettings>;
  quota: Quota;
  webhooks: Webhooks;
  state: QboState;
}

/** The QuickBooks Online side: companies with their books, behind one OAuth client. */
export function createQboVendor(tools: VendorTools): Vendor {
  const { clock, random } = tools;
  const settings = createQboSettings();
  const quota = createQuota();
  const state: QboState = { realms: new Map(), oauth: createOAuth() };
  const webhooks = createWebhooks(clock, random);
  const box: QboSandbox = { tools, settings, quota, webhooks, state };
  return {
    name: 'qbo',
    describe: factsOf,
    admit: (request) => {
      const refusal = refusalOf(box, request);
      return refusal === null ? null : withTid(refusal, random);
    },
    perform: (request, execution) => withTid(performed(box, request, execution), random),
    isRemembered: (request) => isRemembered(box, request),
    statusAnswer: (status, retryAfter) => {
      const answer = withTid(statusAnswer(status, clock.nowMs()), random);
      if (retryAfter === undefined) return answer;
      return { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
    },
    namedAnswer: (fault) => {
      const answer = namedAnswer(fault, clock.nowMs());
      return answer === null ? null : withTid(answer, random);
    },
    unknownFaults: ['wpDie', 'noRoute'],
    expireToken: (request) => {
      expireBearer(box.state.oauth, request, clock.nowMs());
    },
    reset: (body) => reset(box, body),
    act: (body) =>
      act(box.state.realms, body, {
        settings: settings.current(),
        nowMs: clock.nowMs(),
        tell: webhooks.tell,
      }),
    latencyMs: () => latencyMs(random),
    calls: {
      ledger: {
        method: 'GET',
        run: (_body, query) => ledger(box.state.realms, query.get('realmId')),
      },
      quota: { method: 'POST', run: (body) => quota.change(body) },
      webhooks: { method: 'POST', run: (body) => webhooks.control(body) },
    },
    close: () => {
      webhooks.close();
    },
    settings,
    exportState: () => box.state,
    importState: (copy) => {
      box.state = copy as QboState; // only what exportState gave comes back
    },
  };
}

function refusalOf(box: QboSandbox, request: VendorRequest): VendorAnswer | null {
  const path = companyPath(request);
  if (path === null) return null; // the OAuth routes look after themselves
  const nowMs = box.tools.clock.nowMs();
  const refusal = checkBearer(box.state.oauth, request, path.realmId, nowMs);
  if (refusal !== null) return refusal;
  const isBatch = path.segments[0] === 'batch';
  const counts = isBatch && box.settings.current()['qbo.batchCounts'];
  const units = counts ? Math.max(1, factsOf(request).operations) : 1;
  const isRead = !factsOf(request).isWrite;
  const call = { realmId: path.realmId, isBatch, isRead, units };
  return box.quota.admits(call, nowMs) ? null : throttleAnswer(nowMs);
}

function performed(box: QboSandbox, request: VendorRequest, execution: Execution): VendorAnswer {
  const { tools, state } = box;
  const settings = box.settings.current();
  const path = companyPath(request);
  const nowMs = tools.clock.nowMs();
  if (path === null) return oauthAnswer(state, request, settings, nowMs);
  const realm = state.realms.get(path.realmId);
  if (realm === undefined) return htmlAnswer(404);
  const place = { realm, settings, nowMs, tell: box.webhooks.tell };
  return serveCompany({
    place,
    request,
    segments: path.segments,
    execution,
    random: tools.random,
  });
}

function isRemembered({ state, settings, tools }: QboSandbox, request: VendorRequest): boolean {
  const realm = state.realms.get(companyPath(request)?.realmId ?? '');
  const requestId = request.query.get('requestid');
  if (realm === undefined || requestId === null) return false;
  const reply = replyTo(realm, requestId, settings.current(), tools.clock.nowMs());
  return reply !== undefined && reply.answer !== null;
}

function namedAnswer(fault: string, nowMs: number): VendorAnswer | null {
  switch (fault) {
    case 'html503':
      return htmlAnswer(503);
    case 'throttleXml':
      return throttleAnswer(nowMs);
    case 'fault200':
      return faultAnswer(faults.business('not saved'), nowMs, 200);
    default:
      return null;
  }
}

function reset(box: QboSandbox, body: unknown): object {
  const { tools, settings, quota } = box;
  const wish = checked(resetBody, body);
  if (!wish.keep) {
    box.state = { realms: new Map(), oauth: createOAuth() };
    quota.reset();
    box.webhooks.reset();
  }
  const { realms, oauth } = box.state;
  const nowMs = tools.clock.nowMs();
  return {
    realms: wish.realms.map((spec) => {
      const { realm, ids } = seededRealm(spec, nowMs);
      const { realmId } = realm;
      realms.set(realmId, realm);
      const { clientId, clientSecret } = oauth;
      const tokens = grant(oauth, realmId, settings.current(), nowMs);
      return { realmId, clientId, clientSecret, ...tokens, webhookVerifier, ids };
    }),
  };
}

function oauthAnswer(
  state: QboState,
  request: VendorRequest,
  settings: ReturnType<ReturnType<typeof createQboSettings>['current']>,
  nowMs: number,
): VendorAnswer {
  const call = `${request.method} ${request.path.replace(/\/$/, '')}`;
  switch (call) {
    case 'POST /oauth2/v1/tokens/bearer':
      return tokenCall(state.oauth, request, settings, nowMs);
    case 'POST /v2/oauth2/tokens/revoke':
      return revokeCall(state.oauth, request);
    case 'GET /connect/oauth2':
      return consentCall(state.oauth, request.query, [...state.realms.keys()], nowMs);
    default:
      return htmlAnswer(404);
  }
}

/** Injected codes in the forms of quickbooks.md#faults. */
function statusAnswer(status: number, nowMs: number): VendorAnswer {
  if (status === 429) return throttleAnswer(nowMs);
  if (status === 401) {
    return gatewayAnswer(401, 3200, 'AuthenticationFailed', 'Token expired', nowMs);
  }
  if (status === 403) {
    const detail = 'The application may not use this company';
    return gatewayAnswer(403, 3100, 'ApplicationAuthorizationFailed', detail, nowMs);
  }
  if (status === 500) return faultAnswer(faults.application(), nowMs, 500);
  if (status > 500) return htmlAnswer(status);
  if (status < 400) return jsonAnswer(status, {}, false);
  const fault = new QboFault(status, `Status ${status}`, 'injected by the fault plan');
  return faultAnswer(fault, nowMs, status);
}

/** `GET /_sandbox/ledger?realmId=`: all companies without it. */
function ledger(realms: Map<string, Realm>, realmId: string | null): unknown {
  if (realmId !== null && !realms.has(realmId)) throw new ControlError(`no company ${realmId}`);
  const chosen = [...realms.values()].filter((one) => realmId === null || one.realmId === realmId);
  return { realms: Object.fromEntries(chosen.map((realm) => [realm.realmId, ledgerOf(realm)])) };
}
