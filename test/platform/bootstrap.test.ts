import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';

import { checkoutFolder } from '../../platform/data-folder';

const lockEntry = z.looseObject({
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});

let program: string;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'truth-sync-bootstrap-'));
  program = join(folder, 'program.ts');
  const source = `const [first = '', ...rest]: string[] = process.argv.slice(2);
    process.stdout.write(JSON.stringify({ first, rest }));
    process.exitCode = 7;`;
  writeFileSync(program, source);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function bootstrap(...args: string[]): ReturnType<typeof spawnSync> {
  const script = join(checkoutFolder(), 'scripts', 'bootstrap.cjs');
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

test('arguments and exit code pass through', () => {
  const { stdout, status } = bootstrap(program, '--exit', '--json', 'a b.json');
  expect(stdout).toBe('{"first":"--exit","rest":["--json","a b.json"]}');
  expect(status).toBe(7);
});

test('a file that is not there is named', () => {
  const { stderr, status } = bootstrap('demo/nothing.ts');
  expect(stderr).toBe('demo/nothing.ts is not there.\n');
  expect(status).toBe(1);
});

test('A8: the lock file names every package of every platform, so that `npm ci` takes it', () => {
  const lock = z
    .object({ packages: z.record(z.string(), lockEntry) })
    .parse(JSON.parse(readFileSync(join(checkoutFolder(), 'package-lock.json'), 'utf8')));
  const names = new Set(
    Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')),
  );
  const missing = Object.values(lock.packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !names.has(name));
  expect(missing).toEqual([]);
  expect(JSON.stringify(lock)).not.toContain('"resolved"');
});
