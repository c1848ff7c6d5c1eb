import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { choosePort } from './ports';
import { postgresUser, providePostgresPrograms, type PostgresPrograms } from './postgres-programs';
import { endRemains, readOrNothing } from '../../platform/processes';
import { startService, type LocalService } from './service';

/** A running Postgres with the empty or filled database `truth_sync`. */
export interface PostgresService extends LocalService {
  /** With user and password, for DATABASE_URL. */
  readonly url: string;
}

/** How to run Postgres. */
export interface PostgresOptions {
  /** Keeps the programs, shared by all clusters of a checkout. */
  dataFolder: string;
  /** Keeps the cluster, its password and its log. The caller holds its lock. */
  folder: string;
  port?: number | undefined;
  usualPort?: number | undefined;
  /** The data need not outlive the machine: a test's. */
  isThrowAway?: boolean | undefined;
}

const database = 'truth_sync';
const executable = 'postgres';
const run = promisify(execFile);

/** Starts embedded Postgres; makes its cluster at the first start. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresService> {
  const programs = providePostgresPrograms(options.dataFolder);
  const user = postgresUser();
  const cluster = join(options.folder, 'postgres');
  const passwordFile = join(options.folder, 'postgres-password');
  if (!existsSync(cluster)) await makeCluster({ programs, user, cluster, passwordFile });
  // Before the port is chosen: a server that still ends holds the usual one.
  await endRemains(cluster, executable);
  const port = await choosePort({
    service: 'Postgres',
    given: options.port,
    variable: 'LOCAL_POSTGRES_PORT',
    usual: options.usualPort,
  });
  const service = await startService({
    name: 'Postgres',
    program: programs.postgres,
    executable,
    args: ['-D', cluster, '-p', String(port), ...settings(options.isThrowAway ?? false)],
    folder: cluster,
    logFile: join(options.folder, 'postgres.log'),
    user,
    port,
    isReady: (child) => Promise.resolve(isReady(cluster, child.pid)),
    beforeStart: () => {
      forgetCrashed(cluster);
    },
  });
  const password = readFileSync(passwordFile, 'utf8').trim();
  return Object.assign(service, {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
  });
}

/**
 * Passed at each start rather than written into the cluster, so that a change reaches old clusters.
 */
function settings(isThrowAway: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    // TCP only: the path of a socket may be longer than a socket's name can be.
    unix_socket_directories: '',
    // Pools of API and workers, test files beside each other, a psql or two.
    max_connections: '200',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(isThrowAway ? throwAway : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * What was committed still outlives a killed server, only not a crash of the machine; and a bulk
 * load waits for no checkpoint.
 */
const throwAway = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
};

/** What it takes to make a cluster. */
interface NewCluster {
  programs: PostgresPrograms;
  user: { uid: number; gid: number } | undefined;
  cluster: string;
  passwordFile: string;
}

/**
 * Built beside its place and renamed when it is whole, so that an interrupted first start leaves
 * nothing that looks like a cluster. The locale is Postgres' own: sorting is the same on all
 * systems.
 */
async function makeCluster({ programs, user, cluster, passwordFile }: NewCluster): Promise<void> {
  const workshop = `${cluster}.new`;
  const draft = join(workshop, 'cluster');
  const initPassword = join(workshop, 'password');
  const password = `${randomBytes(18).toString('base64url')}\n`;
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  writeFileSync(initPassword, password, { mode: 0o600 });
  if (user !== undefined)
    for (const path of [workshop, initPassword]) chownSync(path, user.uid, user.gid);
  const asUser = { cwd: workshop, ...user };
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  await run(
    programs.initdb,
    [`--pgdata=${draft}`, `--pwfile=${initPassword}`, ...flags, ...locale],
    asUser,
  );
  // A server for one session, without a port: it needs no client to make the database.
  const single = run(programs.postgres, ['--single', '-D', draft, 'postgres'], asUser);
  single.child.stdin?.end(`CREATE DATABASE ${database};\n`);
  await single;
  renameSync(draft, cluster);
  rmSync(workshop, { recursive: true });
}

/**
 * Line 8 of postmaster.pid says "ready" when the server takes connections; pg_ctl waits for the
 * same.
 */
function isReady(cluster: string, pid: number): boolean {
  const file = readOrNothing(() => readFileSync(join(cluster, 'postmaster.pid'), 'utf8'));
  const lines = (file ?? '').split('\n').map((line) => line.trim());
  return lines[0] === String(pid) && lines[7] === 'ready';
}

/**
 * After a crash postmaster.pid stays, and Postgres would not start if its process id is in use
 * again. On Linux nobody serves the cluster here: all remains were ended. Elsewhere Postgres
 * decides itself.
 */
function forgetCrashed(cluster: string): void {
  if (process.platform === 'linux') rmSync(join(cluster, 'postmaster.pid'), { force: true });
}
