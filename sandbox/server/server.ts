import { randomBytes } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';

import { createRandom } from '../random';
import { createClock } from './clock';
import { control, type ControlAnswer } from './control';
import { ControlError } from './control-error';
import { newEpoch } from './epoch';
import { createFaultPlan } from './faults';
import { createJournal } from './journal';
import { listen, type Listening } from './listening';
import { page } from './page';
import { reportBug } from './report-bug';
import { exportSandbox, importSandbox, type SavedSandbox } from './saved-state';
import { createSnapshots } from './snapshots';
import { isToken } from './token';
import { serveVendor, type Serving } from './vendor-call';
import { type Vendor, type VendorTools } from './vendor';

/** How to start a sandbox. Port 0 takes any free port; without a token one is made. */
export interface SandboxOptions {
  port?: number;
  /** The address to listen on; only this machine unless told otherwise. */
  host?: string;
  token?: string;
  /** PEM texts: the sandbox then speaks https. */
  tls?: { key: string; cert: string };
  /** Settings to start with; a reset goes back to them. */
  settings?: Record<string, unknown>;
  /** What the control call `save` does. */
  save?: () => { file: string; bytes: number };
}

/** A sandbox that listens. */
export interface RunningSandbox {
  url: string;
  token: string;
  /** Everything that a later start can go on from. */
  exportSaved(): SavedSandbox;
  /** Goes on from what was saved; these settings count more than the saved ones. */
  importSaved(saved: SavedSandbox, settings?: Record<string, unknown>): void;
  close(): Promise<void>;
}

/** Bodies above this are refused: no vendor takes as much. */
const bodyBytesMax = 32 * 1024 * 1024;

/** Starts the HTTP server around a vendor. Rejects with the system's error if the port is taken. */
export async function startSandbox(
  options: SandboxOptions,
  createVendor: (tools: VendorTools) => Vendor,
): Promise<RunningSandbox> {
  const token = options.token ?? randomBytes(16).toString('hex');
  const ready: { state: Serving | null } = { state: null };
  const listening = await listen(
    { port: options.port ?? 0, host: options.host ?? '127.0.0.1', tls: options.tls },
    (request, response) => {
      if (ready.state === null) {
        response.destroy();
        return;
      }
      serve(ready.state, token, request, response).catch((error: unknown) => {
        answerBug(response, error);
      });
    },
  );
  const serving = createServing(createVendor, listening, options);
  ready.state = serving;
  return {
    url: listening.url,
    token,
    exportSaved: () => exportSandbox(serving),
    importSaved: (saved, settings = {}) => {
      importSandbox(serving, saved);
      serving.vendor.settings.change(settings);
      serving.reseed();
    },
    close: async () => {
      serving.epoch.abort();
      serving.vendor.close?.();
      serving.clock.forget();
      await listening.close();
    },
  };
}

/** An error of the sandbox or of its fault plan: it says so, and is no vendor's answer. */
function answerBug(response: ServerResponse, error: unknown): void {
  const isPlan = error instanceof ControlError; // `actBefore` with a deed that cannot be done
  const text = isPlan ? `sandbox: actBefore failed: ${error.message}\n` : reportBug(error);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

function createServing(
  createVendor: (tools: VendorTools) => Vendor,
  listening: Listening,
  options: SandboxOptions,
): Serving {
  const clock = createClock();
  const random = createRandom(1);
  const vendor = createVendor({ clock, random, url: () => listening.url });
  const initialSettings = options.settings ?? {};
  vendor.settings.change(initialSettings);
  const reseed = (): void => {
    random.seed(vendor.settings.common().seed);
  };
  const state: Serving = {
    vendor,
    clock,
    random,
    plan: createFaultPlan(random),
    journal: createJournal(),
    snapshots: createSnapshots(vendor),
    epoch: newEpoch(),
    initialSettings,
    save: options.save,
    reseed,
    startOver: () => {
      state.epoch.abort();
      state.epoch = newEpoch();
      reseed();
    },
    goDown: (ms) => {
      listening.goDown(ms);
    },
  };
  return state;
}

async function serve(
  state: Serving,
  token: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === 'gone') {
    response.destroy();
    return;
  }
  if (body === 'too long') {
    // The rest is still on its way and nobody reads it: this connection serves no other call.
    const { status, headers, body: text } = state.vendor.statusAnswer(413, undefined);
    response.writeHead(status, { ...headers, connection: 'close' }).end(text);
    return;
  }
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  const query = new URLSearchParams(rawQuery);
  if (path === '/_sandbox' || path.startsWith('/_sandbox/')) {
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
  state: Serving,
  token: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  body: Buffer,
): void {
  const name = path.slice('/_sandbox/'.length).replace(/\/$/, '');
  const sent = incoming.headers['x-sandbox-token'];
  if (name === '' && incoming.method === 'GET') {
    // A browser cannot send our header: only this page, which changes nothing, takes the token so.
    const isAllowed = isToken(sent ?? query.get('token'), token);
    const answer = page(isAllowed ? state : null, query);
    response.writeHead(answer.status, answer.headers).end(answer.body);
    return;
  }
  const answer: ControlAnswer = isToken(sent, token)
    ? control(state, incoming, name, query, body.toString('utf8'))
    : { status: 401, body: { error: 'header X-Sandbox-Token is missing or wrong' } };
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** The whole body, if it is not too long and the client stays until it is sent. */
function readBody(incoming: IncomingMessage): Promise<Buffer | 'too long' | 'gone'> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    incoming.on('data', (part: Buffer) => {
      size += part.length;
      if (size > bodyBytesMax) resolve('too long');
      else parts.push(part);
    });
    incoming.once('end', () => {
      resolve(Buffer.concat(parts));
    });
    incoming.once('error', () => {
      resolve('gone');
    });
    incoming.once('close', () => {
      resolve('gone');
    });
  });
}
