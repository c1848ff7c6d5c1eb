import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildTemporal } from './temporal-build';
import { downloadTemporal } from './temporal-download';
import { temporalVersion } from './temporal-version';

/** Where to look for the program and where to keep it. */
export interface TemporalSources {
  /** Of the user, shared by all checkouts. */
  cacheFolder: string;
  /** Where `tools/temporal-cli` lies. */
  checkout: string;
  log: (line: string) => void;
  /** The name or path to try first; a test says another. */
  installed?: string | undefined;
  /** The official address; a test says another. */
  downloadUrl?: string | undefined;
  /** The Go command; a test says another. */
  go?: string | undefined;
}

const run = promisify(execFile);

/**
 * The program `temporal`: the installed one if it is new enough, else the one kept from before,
 * else the official download, else built from its sources with Go.
 */
export async function findTemporal(sources: TemporalSources): Promise<string> {
  const installed = sources.installed ?? 'temporal';
  if (isNewEnough(await versionOf(installed))) return installed;
  const kept = join(sources.cacheFolder, 'temporal-cli', temporalVersion, 'temporal');
  if (existsSync(kept) && isNewEnough(await versionOf(kept))) return kept;
  const problems: string[] = [];
  for (const [way, provide] of [
    ['download', downloadTemporal],
    ['build with Go', buildTemporal],
  ] as const)
    try {
      await provide({ ...sources, target: kept });
      const version = await versionOf(kept);
      if (!isNewEnough(version))
        throw new Error(`the program reports version ${version ?? 'none'}, not ${temporalVersion}`);
      return kept;
    } catch (error) {
      problems.push(`${way}: ${error instanceof Error ? error.message : String(error)}`);
      sources.log(`Temporal: ${way} failed, ${problems.at(-1) ?? ''}`);
    }
  throw new Error(adviceText(kept, problems));
}

/** Whether a version such as 1.10.0 is at least the one that we are tested with. */
export function isNewEnough(version: string | undefined): boolean {
  if (version === undefined) return false;
  const numbers = (text: string) => text.split('.').map(Number);
  const wanted = numbers(temporalVersion);
  const found = numbers(version);
  const first = wanted.findIndex((number, place) => number !== found[place]);
  return first === -1 || (found[first] ?? 0) > (wanted[first] ?? 0);
}

/** The version that a program prints, or nothing if it cannot be run. */
export async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 20_000 });
    return /^temporal version (\d+\.\d+\.\d+)/m.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function adviceText(kept: string, problems: readonly string[]): string {
  return [
    `The program "temporal" of at least version ${temporalVersion} is needed and was not found.`,
    ...problems.map((problem) => `  tried: ${problem}`),
    'Do one of these:',
    `  - install the Temporal CLI ${temporalVersion} or newer on the PATH ` +
      '(https://docs.temporal.io/cli);',
    `  - put its program at ${kept};`,
    '  - install Go 1.26.4 or newer with access to a Go module proxy: it is then built here;',
    '  - set TEMPORAL_ADDRESS to a running Temporal server.',
  ].join('\n');
}
