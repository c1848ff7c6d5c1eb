import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';

import { createRandom } from '../random';
import { type Call, cut, send, wait } from './call';
import { createClock } from './clock';
import { control, type Controlled } from './control';
import { deliver } from './delivery';
import { createFaultPlan } from './faults';
import { createJournal } from './journal';
import { visibleQuery } from './redaction';
import { createSnapshots } from './snapshots';
import { type Vendor, type VendorRequest, type VendorTools } from './vendor';

/** How to start a sandbox. Port 0 takes any free port; without a token one is made. */
export interface SandboxOptions {
  port?: number;
  host?: string;
  token?: string;
  /** PEM texts: the sandbox then speaks https. */
  tls?: { key: string; cert: string };
}

/** A sandbox that listens. */
export interface RunningSandbox {
  url: string;
  token: string;
  close(): Promise<void>;
}

/** Bodies above this are cut off: no vendor takes as much. */
const bodyBytesMax = 32 * 1024 * 1024;

/** Starts the HTTP server around a vendor. Rejects with the system's error if the port is taken. */
export async function startSandbox(
  options: SandboxOptions,
  createVendor: (tools: VendorTools) => Vendor,
): Promise<RunningSandbox> {
  const host = options.host ?? '127.0.0.1';
  const token = options.token ?? randomBytes(16).toString('hex');
  const handlers: { serve(request: IncomingMessage, response: ServerResponse): void } = {
    serve: (_request, response) => response.destroy(),
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handlers.serve(request, response);
  };
  const server =
    options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.keepAliveTimeout = 65_000; // longer than a client keeps idle connections
  const port = await listen(server, options.port ?? 0, host);
  const url = `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`;

  const state = createState(createVendor, url);
  handlers.serve = (request, response) => {
    serve(state, token, request, response).catch((error: unknown) => {
      reportBug(response, error);
    });
  };
  return {
    url,
    token,
    close: async () => {
      state.epoch.abort();
      state.vendor.close?.();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

/** An error nobody planned is the sandbox's own: it says so, and is no vendor's answer. */
function reportBug(response: ServerResponse, error: unknown): void {
  const text = `sandbox bug: ${error instanceof Error ? String(error.stack) : String(error)}\n`;
  process.stderr.write(text);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

interface State extends Controlled {
  random: ReturnType<typeof createRandom>;
  epoch: AbortController;
}

function createState(createVendor: (tools: VendorTools) => Vendor, url: string): State {
  const clock = createClock();
  const random = createRandom(1);
  const vendor = createVendor({ clock, random, url: () => url });
  const reseed = (): void => {
    random.seed(Number(vendor.settings.values()['seed']));
  };
  const state: State = {
    vendor,
    clock,
    random,
    plan: createFaultPlan(random),
    journal: createJournal(),
    snapshots: createSnapshots(vendor),
    epoch: new AbortController(),
    reseed,
    startOver: () => {
      state.epoch.abort();
      state.epoch = new AbortController();
      reseed();
    },
  };
  return state;
}

async function serve(
  state: State,
  token: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === null) {
    response.destroy();
    return;
  }
  const [path = '/', ...rest] = (incoming.url ?? '/').split('?');
  const rawQuery = rest.join('?');
  const query = new URLSearchParams(rawQuery);
  if (path.startsWith('/_sandbox')) {
    serveControl(state, token, incoming, response, path, query, body);
    return;
  }
  await serveVendor(state, response, {
    method: incoming.method ?? 'GET',
    path,
    rawQuery,
    query,
    headers: incoming.headers,
    body,
    isTls: incoming.socket instanceof TLSSocket,
  });
}

function serveControl(
  state: State,
  token: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  body: Buffer,
): void {
  const name = path.slice('/_sandbox/'.length).replace(/\/$/, '');
  const answer =
    incoming.headers['x-sandbox-token'] === token
      ? control(state, incoming, name, query, body.toString('utf8'))
      : { status: 401, body: { error: 'header X-Sandbox-Token is missing or wrong' } };
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function serveVendor(
  state: State,
  response: ServerResponse,
  request: VendorRequest,
): Promise<void> {
  const { vendor, plan, random } = state;
  const call = openCall(state, response, request);
  const fault = plan.pick(request, call.facts);
  if (fault?.spec.fault === 'expireToken') vendor.expireToken(request);
  call.entry.fault = fault?.spec.fault ?? null;
  const refusal = vendor.admit(request);
  if (refusal !== null) {
    if (fault !== null && fault.spec.fault !== 'expireToken') {
      plan.giveBack(fault);
      call.entry.fault = null;
    }
    if (call.facts.isWrite) call.entry.committed = false;
    send(call, refusal);
    return;
  }
  try {
    await wait(call, latencyMs(vendor.settings.values()['latencyMs'], random));
    await deliver(call, fault?.spec ?? null);
  } catch (error) {
    if (!call.epoch.aborted) throw error;
    cut(call); // a reset or the end of the sandbox stops what was to come
  }
}

/** Writes the call into the journal; it is in flight until its connection ends or it is answered. */
function openCall(state: State, response: ServerResponse, request: VendorRequest): Call {
  const { vendor, clock, journal, random, epoch } = state;
  const facts = vendor.describe(request);
  const entry = journal.open({
    ...facts,
    method: request.method,
    path: request.path,
    query: visibleQuery(request.query),
    bodyHash: createHash('sha256').update(request.body).digest('hex'),
    startedAt: new Date(clock.nowMs()).toISOString(),
  });
  const gone = new Promise<void>((resolve) => {
    response.once('close', () => {
      entry.clientClosed = !response.writableFinished && !call.isCutHere;
      journal.close(entry, new Date(clock.nowMs()).toISOString());
      resolve();
    });
  });
  const call: Call = {
    vendor,
    request,
    response,
    facts,
    entry,
    clock,
    random,
    gone,
    epoch: epoch.signal,
    isCutHere: false,
  };
  return call;
}

function latencyMs(setting: unknown, random: ReturnType<typeof createRandom>): number {
  if (typeof setting === 'number') return setting;
  const { min, max } = setting as { min: number; max: number };
  return random.between(Math.min(min, max), Math.max(min, max));
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > bodyBytesMax) return null;
      parts.push(part);
    }
  } catch {
    return null; // the client left while sending
  }
  return Buffer.concat(parts);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
