import { expect, test } from '@jest/globals';
import { createLogger } from '../../platform/logger';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level: 'info', name: 'test' }, { write: (line) => lines.push(line) }));
  return lines.join('');
}

test('fields named like a secret are blanked at any depth', () => {
  const text = logged((logger) => {
    logger.info({
      request: { headers: [{ Authorization: 'Zm9v', 'x-api-key': 'Zm9v', cookie: 'Zm9v' }] },
      connection: { consumerKey: 'Zm9v', consumer_secret: 'Zm9v', accessToken: 'Zm9v' },
      billing: { email: 'Zm9v', city: 'Leeds' },
      QBO_WEBHOOK_VERIFIER: 'Zm9v',
    });
    logger.child({ rootKey: 'Zm9v"Zm9v' }).info('hello');
    logger.info({ tokens: ['Zm9v'], body: JSON.stringify({ a: 1, access_token: 'Zm9v', b: 2 }) });
  });
  expect(text).not.toContain('Zm9v');
  expect(text).toContain('Leeds');
  for (const line of text.trim().split('\n')) expect(() => void JSON.parse(line)).not.toThrow();
});

test('secrets and e-mail addresses inside texts are cut out', () => {
  const text = logged((logger) => {
    logger.info('Bearer abcdefghijklmnop for ann@example.com');
    logger.warn({ url: 'https://x.example/wc?consumer_secret=cs_1&page=2' }, 'GET');
    logger.error(
      new Error('postgres://app:hunter2@db/x refused ts_abcdefghijklmnopqrstuvwxyz'),
      'failed',
    );
  });
  for (const secret of ['abcdefghijklmnop', 'ann@', 'cs_1', 'hunter2'])
    expect(text).not.toContain(secret);
  expect(text).toContain('page=2');
  expect(text).toContain('refused');
});

test('what is logged stays one valid JSON line each', () => {
  const text = logged((logger) => {
    logger.info({ note: 'mail "bob@example.com"', url: 'postgres://a:b@c/d' });
  });
  expect(JSON.parse(text)).toMatchObject({
    note: 'mail "[e-mail]"',
    url: 'postgres://a:[redacted]@c/d',
  });
});
