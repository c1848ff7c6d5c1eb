import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { envProblems, isProduction, rulesText } from './env-rules';
import { checkoutFolder, prepareDataFolder } from './data-folder';
import { keepLocalKeys } from './local-keys';

/** A key that seals secrets in the database. The first of the list seals, all of them open. */
interface SecretKey {
  id: string;
  key: Buffer;
}

/** Where Temporal is. `settings` are all TEMPORAL_* variables, read by the SDK's envconfig. */
export interface TemporalSettings {
  /** Absent outside production: a dev server is started. */
  address: string | undefined;
  namespace: string;
  settings: Record<string, string>;
}

/** The QuickBooks app of this installation; client id and secret are both there or both absent. */
interface QboSettings {
  environment: 'sandbox' | 'production';
  clientId: string | undefined;
  clientSecret: string | undefined;
  redirectUri: string | undefined;
  webhookVerifier: string | undefined;
  baseUrl: string | undefined;
  oauthUrl: string | undefined;
}

/** Everything that this program takes from its environment, checked. */
export interface Env {
  isProduction: boolean;
  /** Which rules hold and why, said at every start. */
  rules: string;
  port: number;
  metricsPort: number;
  publicUrl: string;
  /** Absent outside production: embedded Postgres is started. */
  databaseUrl: string | undefined;
  temporal: TemporalSettings;
  rootKey: string;
  /** The keys came from `.data/keys.json`, so whoever starts the program prints the root key. */
  hasLocalKeys: boolean;
  secretKeys: SecretKey[];
  qbo: QboSettings;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Ports of the sandboxes that the demo starts. */
  sandboxPorts: { woo: number; qbo: number };
  /** Ports of the local services; absent: the usual one if it is free, else any free one. */
  localPorts: {
    postgres: number | undefined;
    temporal: number | undefined;
    temporalUi: number | undefined;
  };
}

/** The variables by name; an empty one counts as absent. */
export type EnvSource = Record<string, string | undefined>;

const portNumber = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
  .transform(Number)
  .refine((port) => port <= 65_535, 'must be a port number from 0 to 65535');
const anyUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const secretKeyList = z
  .string()
  .regex(/^[\w.-]{1,32}:[A-Za-z0-9+/]{43}=(,[\w.-]{1,32}:[A-Za-z0-9+/]{43}=)*$/, {
    error: 'must be a comma separated list of id:key, each key 32 bytes in base64',
  })
  .transform((list) => list.split(',').map(parseSecretKey))
  .refine(
    (keys) => new Set(keys.map((key) => key.id)).size === keys.length,
    'must not hold an id twice',
  );

const variables = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], 'must be development, test or production')
    .optional(),
  PORT: portNumber.default(8080),
  METRICS_PORT: portNumber.default(9090),
  PUBLIC_URL: anyUrl.optional(),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })
    .optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^.+:\d{1,5}$/, 'must be host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TRUTH_SYNC_ROOT_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  TRUTH_SYNC_SECRET_KEYS: secretKeyList.optional(),
  QBO_ENVIRONMENT: z
    .enum(['sandbox', 'production'], 'must be sandbox or production')
    .default('sandbox'),
  QBO_CLIENT_ID: z.string().optional(),
  QBO_CLIENT_SECRET: z.string().optional(),
  QBO_REDIRECT_URI: anyUrl.optional(),
  QBO_WEBHOOK_VERIFIER: z.string().optional(),
  QBO_BASE_URL: anyUrl.optional(),
  QBO_OAUTH_URL: anyUrl.optional(),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'must be trace, debug, info, warn, error, fatal or silent',
    )
    .default('info'),
  SANDBOX_WOO_PORT: portNumber.default(8181),
  SANDBOX_QBO_PORT: portNumber.default(8182),
  LOCAL_POSTGRES_PORT: portNumber.optional(),
  LOCAL_TEMPORAL_PORT: portNumber.optional(),
  LOCAL_TEMPORAL_UI_PORT: portNumber.optional(),
});

/** The environment does not fit. The message lists every problem and no secret. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The environment does not fit:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads and checks the environment; throws an EnvError with all problems at once. Outside
 * production missing keys are made once and kept in the data folder.
 */
export function readEnv(source: EnvSource = process.env, dataFolder?: string): Env {
  const given = Object.fromEntries(
    Object.entries(source).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  const parsed = variables.safeParse(given);
  const problems = envProblems(given, parsed.success ? [] : parsed.error.issues);
  if (!parsed.success || problems.length > 0) throw new EnvError(problems);
  return toEnv(parsed.data, given, dataFolder);
}

/** Where things shared by all checkouts of a user are kept, such as the Temporal program. */
export function userCacheFolder(source: EnvSource = process.env): string {
  const base = source['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'truth-sync');
}

function toEnv(
  values: z.output<typeof variables>,
  given: Record<string, string>,
  dataFolder: string | undefined,
): Env {
  const keys = keysOf(values, dataFolder);
  return {
    isProduction: isProduction(given),
    rules: rulesText(given),
    port: values.PORT,
    metricsPort: values.METRICS_PORT,
    publicUrl: values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}`,
    databaseUrl: values.DATABASE_URL,
    temporal: {
      address: values.TEMPORAL_ADDRESS,
      namespace: values.TEMPORAL_NAMESPACE,
      settings: Object.fromEntries(
        Object.entries(given).filter(([name]) => name.startsWith('TEMPORAL_')),
      ),
    },
    ...keys,
    qbo: {
      environment: values.QBO_ENVIRONMENT,
      clientId: values.QBO_CLIENT_ID,
      clientSecret: values.QBO_CLIENT_SECRET,
      redirectUri: values.QBO_REDIRECT_URI,
      webhookVerifier: values.QBO_WEBHOOK_VERIFIER,
      baseUrl: values.QBO_BASE_URL,
      oauthUrl: values.QBO_OAUTH_URL,
    },
    logLevel: values.LOG_LEVEL,
    sandboxPorts: { woo: values.SANDBOX_WOO_PORT, qbo: values.SANDBOX_QBO_PORT },
    localPorts: {
      postgres: values.LOCAL_POSTGRES_PORT,
      temporal: values.LOCAL_TEMPORAL_PORT,
      temporalUi: values.LOCAL_TEMPORAL_UI_PORT,
    },
  };
}

function keysOf(
  values: z.output<typeof variables>,
  dataFolder: string | undefined,
): Pick<Env, 'rootKey' | 'secretKeys' | 'hasLocalKeys'> {
  const { TRUTH_SYNC_ROOT_KEY: rootKey, TRUTH_SYNC_SECRET_KEYS: secretKeys } = values;
  if (rootKey !== undefined && secretKeys !== undefined)
    return { rootKey, secretKeys, hasLocalKeys: false };
  const local = keepLocalKeys(dataFolder ?? prepareDataFolder(checkoutFolder()));
  return {
    rootKey: rootKey ?? local.rootKey,
    secretKeys: secretKeys ?? secretKeyList.parse(local.secretKeys),
    hasLocalKeys: rootKey === undefined,
  };
}

function parseSecretKey(text: string): SecretKey {
  const [id = '', key = ''] = text.split(':');
  return { id, key: Buffer.from(key, 'base64') };
}
