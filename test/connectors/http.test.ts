import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import dns from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import {
  call,
  closeConnections,
  retryAfterMs,
  type HttpCall,
  type HttpResult,
} from '../../connectors/http';

let server: Server;
let listener: RequestListener;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${portOf(server)}`;
});
afterEach(() => {
  server.closeAllConnections();
});
afterAll(async () => {
  await closeConnections();
  await new Promise((resolve) => server.close(resolve));
});

function portOf(listening: Server): number {
  const address: AddressInfo | string | null = listening.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return address.port;
}

/** What answers at all answers within these, however busy the machine is. */
const patient = { connectMs: 10_000, firstByteMs: 10_000, totalMs: 10_000 };
/** For answers that never come. */
const brief = { connectMs: 10_000, firstByteMs: 300, totalMs: 600 };

function get(path: string, changes: Partial<HttpCall> = {}): HttpCall {
  return {
    method: 'GET',
    url: new URL(base + path),
    headers: {},
    timeouts: patient,
    reach: 'any',
    signal: new AbortController().signal,
    ...changes,
  };
}

describe('a call', () => {
  test('gives status, headers in lower case and text, and says who asks', async () => {
    listener = (request, response) => {
      response.writeHead(201, { 'X-Thing': 'a' }).end(request.headers['user-agent']);
    };
    const result = await call(get('/x'));
    expect(result).toMatchObject({ type: 'answer', status: 201, text: 'truth-sync' });
    expect(result.type === 'answer' && result.headers['x-thing']).toBe('a');
  });

  test('sends exactly the bytes of the body', async () => {
    listener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => response.end(Buffer.concat(chunks)));
    };
    const body = '{"name":"Käse ☕"}';
    expect(await call(get('/x', { method: 'POST', body }))).toMatchObject({ text: body });
  });

  test('drops a byte-order mark', async () => {
    listener = (_request, response) => response.end('\ufeff{}');
    expect(await call(get('/x'))).toMatchObject({ text: '{}' });
  });

  test('follows no redirect', async () => {
    listener = (_request, response) => response.writeHead(302, { location: '/y' }).end();
    expect(await call(get('/x'))).toMatchObject({ type: 'answer', status: 302 });
  });
});

describe('a call that never reaches the vendor', () => {
  test('is not reached when the connection is refused', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = portOf(other);
    await new Promise((resolve) => other.close(resolve));
    const url = new URL(`http://127.0.0.1:${port}/`);
    expect(await call(get('/', { url }))).toMatchObject({ type: 'notReached' });
  });

  test('is not reached when there is no such host', async () => {
    const url = new URL('http://no-such-host.invalid/');
    expect(await call(get('/', { url }))).toMatchObject({ type: 'notReached' });
  });

  test('is not reached when it was stopped before it left', async () => {
    const signal = AbortSignal.abort();
    expect(await call(get('/x', { signal }))).toMatchObject({ type: 'notReached' });
  });
});

describe('a call that may reach the internet only', () => {
  const reach = 'public' as const;
  let hasArrived = false;

  /** Answers names from these lists, one after the other, as a DNS server of somebody else may. */
  function resolveAs(...lists: string[][]): void {
    jest.spyOn(dns, 'lookup').mockImplementation((...asked: unknown[]) => {
      const answer = asked.at(-1);
      if (typeof answer !== 'function') throw new TypeError('no callback');
      const found = (lists.length > 1 ? lists.shift() : lists[0]) ?? [];
      const entries = found.map((address) => ({ address, family: isIP(address) }));
      Reflect.apply(answer, undefined, [null, entries]);
    });
  }

  beforeEach(() => {
    hasArrived = false;
    listener = (_request, response) => {
      hasArrived = true;
      response.end();
    };
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('says the same of an open and of a closed port', async () => {
    const open = await call(get('/x', { reach }));
    const closed = await call(get('/', { reach, url: new URL('http://127.0.0.1:9/x') }));
    expect(open).toMatchObject({ type: 'notReached' });
    const textOf = (result: HttpResult): string => ('detail' in result ? result.detail : '');
    expect(textOf(open).replace(/:\d+/, '')).toBe(textOf(closed).replace(/:\d+/, ''));
    expect(hasArrived).toBe(false);
  });

  test.each([
    ['our own', ['127.0.0.1']],
    ['private', ['10.0.0.7', '192.168.1.1', 'fd00::1']],
    ['one with an IPv4 address inside', ['::ffff:7f00:1', '64:ff9b::7f00:1']],
  ])('does not connect to a public name with %s address', async (_what, addresses) => {
    resolveAs(addresses);
    const url = new URL(`http://shop.example.com:${portOf(server)}/x`);
    expect(await call(get('/', { reach, url }))).toMatchObject({
      type: 'notReached',
      detail: expect.stringContaining('not one of the internet'),
    });
    expect(hasArrived).toBe(false);
  });

  test('calls the same name where all may be reached', async () => {
    resolveAs(['127.0.0.1']);
    const url = new URL(`http://shop.example.com:${portOf(server)}/x`);
    expect(await call(get('/', { url }))).toMatchObject({ type: 'answer' });
  });

  test('connects to what was checked, and asks for the name once', async () => {
    resolveAs(['93.184.216.34'], ['127.0.0.1']);
    const url = new URL(`http://rebind.example.com:${portOf(server)}/x`);
    await call(get('/', { reach, url, timeouts: brief }));
    expect(dns.lookup).toHaveBeenCalledTimes(1);
    expect(hasArrived).toBe(false);
  });
});

describe('a call whose answer is lost', () => {
  const lost: [string, RequestListener][] = [
    ['hangs before the first byte', () => undefined],
    ['is reset', (request) => request.socket.resetAndDestroy()],
    ['closes without an answer', (request) => request.socket.destroy()],
    [
      'is cut within the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a":');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    [
      'sends its body too slowly',
      (_request, response) => {
        response.writeHead(200);
        response.write('{');
      },
    ],
  ];
  test.each(lost)('is lost when the vendor %s', async (_name, behaviour) => {
    listener = behaviour;
    const post = get('/x', { method: 'POST', body: '{}', timeouts: brief });
    expect(await call(post)).toMatchObject({ type: 'lost' });
  });

  test('is lost when the answer is larger than the limit', async () => {
    listener = (_request, response) => response.end('x'.repeat(2000));
    expect(await call(get('/x', { answerBytesMax: 1000 }))).toMatchObject({ type: 'lost' });
  });

  test('is lost when the caller stops it after it left', async () => {
    const controller = new AbortController();
    listener = () => {
      controller.abort();
    };
    expect(await call(get('/x', { signal: controller.signal }))).toMatchObject({ type: 'lost' });
  });

  test('waits no longer for the first byte than allowed, though the whole may take longer', async () => {
    listener = () => undefined;
    const result = await call(get('/x', { timeouts: brief }));
    expect(result).toMatchObject({ type: 'lost' });
    expect(result.type === 'lost' && result.detail).toContain('no answer within 300 ms');
  });
});

test('a detail never shows the query, a header or the body', async () => {
  listener = (request) => request.socket.destroy();
  const result = await call(
    get('/x?consumer_secret=cs_secret', {
      method: 'POST',
      headers: { authorization: 'Bearer token-secret' },
      body: 'body-secret',
    }),
  );
  expect(JSON.stringify(result)).not.toContain('secret');
});

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-22T10:00:00Z');
  test.each([
    ['120', 120_000],
    ['0', 0],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['soon', null],
  ])('%s is %p ms', (value, expected) => {
    expect(retryAfterMs({ 'retry-after': value }, nowMs)).toBe(expected);
  });

  test('is null where there is none', () => {
    expect(retryAfterMs({}, nowMs)).toBeNull();
  });
});
