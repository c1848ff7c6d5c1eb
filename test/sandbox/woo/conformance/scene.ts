import { type RunningSandbox } from '../../../../sandbox/server/server';
import { at, control, send, type Answer } from '../../support';
import { difference, type Difference } from './alike';
import { type Kind, kindOf, Pairs } from './pairs';
import { phpText } from './php-text';
import { headerIn, recordedCall } from './recordings';

const siteUrl = 'https://127.0.0.1:8443';

const keys = {
  both: { consumerKey: `ck_${'0'.repeat(40)}`, consumerSecret: `cs_${'0'.repeat(40)}` },
  read: { consumerKey: `ck_${'1'.repeat(40)}`, consumerSecret: `cs_${'1'.repeat(40)}` },
  write: { consumerKey: `ck_${'2'.repeat(40)}`, consumerSecret: `cs_${'2'.repeat(40)}` },
  unknown: { consumerKey: `ck_${'3'.repeat(40)}`, consumerSecret: `cs_${'3'.repeat(40)}` },
  badSecret: { consumerKey: `ck_${'0'.repeat(40)}`, consumerSecret: 'cs_wrong' },
};

/** The recordings do not hold the Basic header: their names tell which key it was. */
const keyOf: Record<string, keyof typeof keys> = {
  auth_bad_key: 'unknown',
  auth_bad_secret: 'badSecret',
  auth_readonly_key_post: 'read',
  auth_writeonly_key_get: 'write',
  auth_writeonly_key_post: 'write',
};

/**
 * Headers that are compared, also when one side lacks them. `Date` follows the clock that was set.
 */
const comparedHeaders = [
  'content-type',
  'server',
  'x-powered-by',
  'x-robots-tag',
  'x-content-type-options',
  'access-control-expose-headers',
  'access-control-allow-headers',
  'allow',
  'cache-control',
  'expires',
  'link',
  'location',
  'retry-after',
  'x-wp-total',
  'x-wp-totalpages',
  'date',
  'vary',
];

/** What became of each recording: null is alike. */
export type Verdicts = Map<string, Difference>;

/** Brings a store of its own about by calls, and replays recordings against it. */
export class Scene {
  readonly pairs = new Pairs();

  protected readonly sandbox: RunningSandbox;
  protected readonly verdicts: Verdicts;

  constructor(sandbox: RunningSandbox, verdicts: Verdicts) {
    this.sandbox = sandbox;
    this.verdicts = verdicts;
  }

  /** A new, empty store; `settings` of the sandbox follow. */
  async start(store: object = {}, settings: object = {}): Promise<void> {
    await control(this.sandbox, 'reset', {
      stores: [
        {
          store: 'shop',
          homeUrl: siteUrl,
          ...keys.both,
          keys: [
            { ...keys.read, permissions: 'read' },
            { ...keys.write, permissions: 'write' },
          ],
          ...store,
        },
      ],
      settings,
    });
  }

  /** Stops the clock at a time of the recorded day, `11:25:57` UTC. */
  async clock(time: string): Promise<void> {
    await control(this.sandbox, 'clock', { now: `2026-11-22T${time}Z`, rate: 0 });
  }

  /** A call that is not recorded; throws when the store refuses it. */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.send(method, `/wp-json/wc/v3${path}`, 'both', body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer;
  }

  /** Creates something, which from now on stands for a recorded id. */
  async make(path: string, body: object, recordedId: number, kind: Kind = 'post'): Promise<Answer> {
    const answer = await this.call('POST', path, body);
    this.pairs.bind(kind, recordedId, Number(at(answer.body, 'id')));
    return answer;
  }

  /** The path of a post by its recorded id. */
  post(recordedId: number): number {
    return this.pairs.actual('post', recordedId);
  }

  act(body: object): Promise<unknown> {
    return control(this.sandbox, 'act', { store: 'shop', ...body });
  }

  async plan(faults: object[]): Promise<void> {
    await control(this.sandbox, 'faults', faults);
  }

  /** The first line of an order stands for a recorded one. */
  bindLine(order: unknown, recordedId: number): void {
    this.pairs.bind('item', recordedId, Number(at(order, 'line_items.0.id')));
  }

  /** Waits until the pings of so many webhooks have been noted. */
  async settled(collection: string, count: number): Promise<void> {
    const isNoted = (one: unknown): boolean => at(one, 'date_modified') !== null;
    for (;;) {
      const { body } = await this.call('GET', `/${collection}?per_page=100`);
      if (Array.isArray(body) && body.filter(isNoted).length >= count) return;
      await tick();
    }
  }

  option(group: string, id: string, value: string): Promise<Answer> {
    return this.call('PUT', `/settings/${group}/woocommerce_${id}`, { value });
  }

  /** Replays recordings one after the other, each at its recorded time. */
  async replay(...names: string[]): Promise<void> {
    for (const name of names) await this.replayOne(name);
  }

  private async replayOne(name: string): Promise<void> {
    const { request, response } = recordedCall(name);
    const answeredMs = Date.parse(headerIn(response.headers, 'date') ?? '');
    await this.clock(
      new Date(workedAtMs(request.method, response.body_text, answeredMs))
        .toISOString()
        .slice(11, 19),
    );
    const url = new URL(request.url);
    const path = this.translatedPath(url);
    const isTls = url.protocol === 'https:';
    const contentType = request.headers['Content-Type'];
    const answer = await this.send(
      request.method,
      path,
      request.headers['Authorization'] === undefined ? null : (keyOf[name] ?? 'both'),
      undefined,
      {
        ...(isTls ? { 'x-forwarded-proto': 'https' } : { 'x-forwarded-proto': 'http' }),
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      request.raw_body ?? this.translatedBody(request.body, resourceOf(url)),
    );
    this.verdicts.set(name, this.compared(response, answer, resourceOf(url)));
  }

  private compared(
    response: { status: number; headers: [string, string][]; body_text: string },
    answer: Answer,
    resource: string,
  ): Difference {
    if (response.status !== answer.status)
      return `status ${response.status} against ${answer.status} ${answer.text.slice(0, 300)}`;
    const recorded = parsed(response.body_text);
    if (recorded === undefined) {
      if (response.body_text !== answer.text) return `text ${JSON.stringify(answer.text)}`;
    } else {
      if (answer.text !== phpText(answer.body)) return 'the wire text is not as PHP writes it';
      const found = difference(recorded, answer.body, this.pairs, [resource]);
      if (found !== null) return found;
    }
    return this.headerDifference(response.headers, answer.headers);
  }

  private headerDifference(recorded: [string, string][], actual: Headers): Difference {
    for (const name of comparedHeaders) {
      const [was, is] = [headerIn(recorded, name), actual.get(name)];
      if (was === is) continue;
      if (
        name === 'date' &&
        was !== null &&
        is !== null &&
        Math.abs(Date.parse(was) - Date.parse(is)) <= 1_000
      )
        continue;
      const found =
        was === null || is === null
          ? `${was ?? 'none'} against ${is ?? 'none'}`
          : difference(was, is, this.pairs, ['header', name]);
      if (found !== null) return `header ${name}: ${found}`;
    }
    return null;
  }

  private translatedPath(url: URL): string {
    const kinds: Record<string, Kind> = {
      customers: 'user',
      webhooks: 'webhook',
      categories: 'term',
      attributes: 'attribute',
    };
    const path = url.pathname.replace(
      /([a-z]+)\/(\d+)/g,
      (_all, collection: string, id: string) => {
        return `${collection}/${this.pairs.actual(kinds[collection] ?? 'post', Number(id))}`;
      },
    );
    const search = url.search.replace(
      /(include|product|customer|search)=([\d,]+)(?=&|$)/g,
      (_all, name: string, ids: string) => {
        const kind = name === 'customer' ? 'user' : 'post';
        return `${name}=${ids
          .split(',')
          .map((id) => this.pairs.actual(kind, Number(id)))
          .join()}`;
      },
    );
    return `${path}${search}`;
  }

  /** The recorded body with the sandbox's ids in it. */
  private translatedBody(body: unknown, resource: string): string | undefined {
    if (body === null || body === undefined) return undefined;
    const translated = (value: unknown, path: string[]): unknown => {
      if (Array.isArray(value))
        return value.map((one, place) => translated(one, [...path, String(place)]));
      if (typeof value === 'object' && value !== null) {
        const entries = Object.entries(value).map(([name, one]) => [
          name,
          translated(one, [...path, name === 'refund_tax' ? 'taxes' : name]),
        ]);
        return Object.fromEntries(entries) as unknown;
      }
      const isListedId = path.at(-2) === 'delete';
      const kind = isListedId ? 'post' : kindOf(path);
      if (kind === null) return value;
      if (typeof value === 'number') return this.pairs.actual(kind, value);
      return /^\d+$/.test(String(value)) ? String(this.pairs.actual(kind, Number(value))) : value;
    };
    return JSON.stringify(translated(body, [resource === 'refunds' ? 'orders' : resource]));
  }

  private send(
    method: string,
    path: string,
    key: keyof typeof keys | null,
    body?: unknown,
    headers: Record<string, string> = {
      'x-forwarded-proto': 'https',
      'content-type': 'application/json',
    },
    text = body === undefined ? undefined : JSON.stringify(body),
  ): Promise<Answer> {
    const { consumerKey, consumerSecret } = keys[key ?? 'both'];
    const basic = Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64');
    return send(`${this.sandbox.url}/shop${path}`, {
      method,
      headers: { ...headers, ...(key === null ? {} : { authorization: `Basic ${basic}` }) },
      // Bytes: for a text fetch would add a content type of its own.
      ...(text === undefined ? {} : { body: new Uint8Array(Buffer.from(text)) }),
    });
  }
}

/** A write worked up to a second before its answer: its own dates tell when. */
function workedAtMs(method: string, bodyText: string, answeredMs: number): number {
  const body = parsed(bodyText);
  const times =
    method === 'GET' ? [] : [at(body, 'date_created_gmt'), at(body, 'date_modified_gmt')];
  const workedMs = times
    .map((time) => (typeof time === 'string' ? Date.parse(`${time}Z`) : NaN))
    .filter((ms) => answeredMs - ms >= 0 && answeredMs - ms <= 1_000);
  return workedMs[0] ?? answeredMs;
}

/** Lets the servers of this process work. */
export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The collection that a URL is about: it tells what its ids name. */
function resourceOf(url: URL): string {
  const parts = url.pathname.split('/').filter((part) => !/^(\d+|batch|)$/.test(part));
  return parts.at(-1) ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
