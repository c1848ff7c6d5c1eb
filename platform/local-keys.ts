import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const localKeys = z.strictObject({ rootKey: z.string().min(32), secretKeys: z.string() });

/** The keys of an installation that is not in production. */
type LocalKeys = z.output<typeof localKeys>;

/**
 * The keys in `keys.json` of the data folder, made at the first call and readable by their owner
 * only.
 */
export function keepLocalKeys(dataFolder: string): LocalKeys {
  const file = join(dataFolder, 'keys.json');
  if (!existsSync(file)) makeKeys(file);
  const text = readFileSync(file, 'utf8');
  const parsed = localKeys.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new Error(`${file} does not hold the keys of this checkout; restore it or remove it.`);
  return parsed.data;
}

/** Several processes may start at once: the first link wins, and all of them read its keys. */
function makeKeys(file: string): void {
  const draft = `${file}.${process.pid}`;
  const keys: LocalKeys = {
    rootKey: `root_${randomBytes(24).toString('base64url')}`,
    secretKeys: `local:${randomBytes(32).toString('base64')}`,
  };
  writeFileSync(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft);
  }
}

/** How a start tells the root key: to a person at a terminal, and never into a log. */
export function rootKeyLine(rootKey: string, isTerminal = process.stdout.isTTY): string {
  return isTerminal ? `Root key ${rootKey}` : 'Root key: in .data/keys.json';
}
