import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EnvError, readEnv, type EnvSource } from '../../platform/env';
import { rootKeyLine } from '../../platform/local-keys';
import { isProduction, rulesText } from '../../platform/env-rules';

const secretKeys = `k2:${Buffer.alloc(32, 2).toString('base64')},k1:${Buffer.alloc(32, 1).toString('base64')}`;
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://app:hunter2hunter2@db.example.com/truth_sync',
  TEMPORAL_ADDRESS: 'temporal.example.com:7233',
  TRUTH_SYNC_ROOT_KEY: 'r'.repeat(32),
  TRUTH_SYNC_SECRET_KEYS: secretKeys,
  PUBLIC_URL: 'https://sync.example.com',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'truth-sync-env-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function problemsOf(source: EnvSource): readonly string[] {
  try {
    readEnv(source, folder);
    return [];
  } catch (error) {
    if (error instanceof EnvError) return error.problems;
    throw error;
  }
}

describe('in production', () => {
  test('a complete environment is read with its defaults', () => {
    const env = readEnv({ ...production, TEMPORAL_TLS: 'true' }, folder);
    expect(env).toMatchObject({
      isProduction: true,
      port: 8080,
      metricsPort: 9090,
      logLevel: 'info',
      hasLocalKeys: false,
      temporal: { namespace: 'default', settings: { TEMPORAL_TLS: 'true' } },
    });
    expect(env.secretKeys.map(({ id, key }) => [id, key[0], key.length])).toEqual([
      ['k2', 2, 32],
      ['k1', 1, 32],
    ]);
  });

  test('everything that is missing is listed at once', () => {
    expect(problemsOf({ NODE_ENV: 'production', PUBLIC_URL: '' })).toEqual([
      'DATABASE_URL is missing; production requires it',
      'TEMPORAL_ADDRESS is missing; production requires it',
      'TRUTH_SYNC_ROOT_KEY is missing; production requires it',
      'TRUTH_SYNC_SECRET_KEYS is missing; production requires it',
      'PUBLIC_URL is missing; production requires it',
    ]);
  });

  test.each([
    'http://sync.example.com',
    'https://localhost',
    'https://127.0.0.1',
    'https://0x7f.1',
    'https://10.1.2.3',
    'https://172.31.0.1',
    'https://192.168.1.1',
    'https://169.254.169.254',
    'https://[::1]',
    'https://[::ffff:10.0.0.1]',
    'https://[fd00::1]',
    'https://shop.local',
    'https://localhost.',
    'https://intranet',
  ])('%s is refused as public URL and as redirect URI', (url) => {
    const problems = problemsOf({ ...production, PUBLIC_URL: url, QBO_REDIRECT_URI: url });
    expect(problems.filter((problem) => problem.startsWith('PUBLIC_URL'))).not.toEqual([]);
    expect(problems.filter((problem) => problem.startsWith('QBO_REDIRECT_URI'))).not.toEqual([]);
  });

  test.each(['https://u@sync.example.com', 'https://sync.example.com/#part', 'https://db.corp'])(
    '%s is refused as any address',
    (url) => {
      const names = ['PUBLIC_URL', 'QBO_REDIRECT_URI', 'QBO_BASE_URL', 'QBO_OAUTH_URL'];
      const problems = problemsOf({
        ...production,
        ...Object.fromEntries(names.map((name) => [name, url])),
      });
      expect(problems.map((problem) => problem.split(' ')[0])).toEqual(names);
    },
  );

  test('QuickBooks overrides must be https', () => {
    expect(
      problemsOf({
        ...production,
        QBO_BASE_URL: 'http://books.example.com/v3',
        QBO_OAUTH_URL: 'https://oauth.example.com',
      }),
    ).toEqual(['QBO_BASE_URL (http://books.example.com) must be https in production']);
  });
});

test('wrong values are listed at once, and no secret stands in the text', () => {
  const secrets = {
    DATABASE_URL: 'mysql://app:hunter2hunter2@db/x',
    TRUTH_SYNC_ROOT_KEY: 'short-root-key',
    TRUTH_SYNC_SECRET_KEYS: 'k1:c2VjcmV0LWtleQ==',
    QBO_CLIENT_SECRET: 'client-secret-value',
    PUBLIC_URL: 'ftp://me:url-password@files.example.com',
  };
  const problems = problemsOf({
    ...secrets,
    PORT: '80a',
    LOG_LEVEL: 'loud',
    METRICS_PORT: '70000',
  });
  expect(problems).toEqual([
    'PORT ("80a") must be a port number from 0 to 65535',
    'METRICS_PORT ("70000") must be a port number from 0 to 65535',
    'PUBLIC_URL (ftp://files.example.com) must be an http or https URL',
    'DATABASE_URL must be a postgres:// URL',
    'TRUTH_SYNC_ROOT_KEY must have at least 32 characters',
    'TRUTH_SYNC_SECRET_KEYS must be a comma separated list of id:key, each key 32 bytes in base64',
    'LOG_LEVEL ("loud") must be trace, debug, info, warn, error, fatal or silent',
    'QBO_CLIENT_ID is missing; QBO_CLIENT_ID and QBO_CLIENT_SECRET go together',
    'PUBLIC_URL (ftp://files.example.com) must not hold a user or password',
  ]);
  const text = new EnvError(problems).message;
  for (const secret of ['hunter2', 'short-root', 'c2Vjc', 'client-secret', 'url-password'])
    expect(text).not.toContain(secret);
});

test('an id of a secret key must not occur twice', () => {
  const key = Buffer.alloc(32).toString('base64');
  expect(problemsOf({ TRUTH_SYNC_SECRET_KEYS: `a:${key},a:${key}` })).toEqual([
    'TRUTH_SYNC_SECRET_KEYS must not hold an id twice',
  ]);
});

test('outside production missing keys are made once and kept for their owner only', () => {
  const first = readEnv({}, folder);
  const second = readEnv({}, folder);
  expect(first.hasLocalKeys).toBe(true);
  expect(first.rootKey.length).toBeGreaterThanOrEqual(32);
  expect(first.secretKeys).toHaveLength(1);
  expect(second).toEqual(first);
  expect(statSync(join(folder, 'keys.json')).mode & 0o777).toBe(0o600);
});

test('keys that are given are used and none are made', () => {
  const empty = mkdtempSync(join(tmpdir(), 'truth-sync-env-'));
  const env = readEnv(
    { TRUTH_SYNC_ROOT_KEY: 'x'.repeat(40), TRUTH_SYNC_SECRET_KEYS: secretKeys },
    empty,
  );
  expect(env).toMatchObject({
    rootKey: 'x'.repeat(40),
    hasLocalKeys: false,
    databaseUrl: undefined,
  });
  expect(() => statSync(join(empty, 'keys.json'))).toThrow('ENOENT');
  rmSync(empty, { recursive: true });
});

test.each([
  [{ PUBLIC_URL: 'https://sync.example.com' }, true, 'a public address is configured'],
  [{ PUBLIC_URL: 'https://sync.example.com', NODE_ENV: 'development' }, false, 'NODE_ENV is'],
  [{ PUBLIC_URL: 'http://127.0.0.1:8080' }, false, 'Set NODE_ENV=production'],
  [{}, false, 'Set NODE_ENV=production'],
])('O21: %j decides which rules hold, and says so', (given, isStrict, text) => {
  const variables: Record<string, string> = given;
  expect(isProduction(variables)).toBe(isStrict);
  expect(rulesText(variables)).toContain(text);
  const refused = problemsOf(variables).filter((line) => line.includes('production requires it'));
  expect(refused.length > 0).toBe(isStrict);
});

test('O18: the root key is told to a person at a terminal, never to a log', () => {
  expect(rootKeyLine('root_SECRET', true)).toContain('root_SECRET');
  expect(rootKeyLine('root_SECRET', false)).not.toContain('SECRET');
});
