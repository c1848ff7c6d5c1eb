import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { createTestDatabase, type TestDatabase } from '../support/database';

// A further system is a folder of connectors/ with a row in the registry, and its name and traits
// in the domain. This does so in a copy of the project: the compiler has nothing to say, and a
// change arrives there.

const root = join(__dirname, '../..');
const rooms = [
  'activities',
  'api',
  'connectors',
  'network',
  'database',
  'domain',
  'platform',
  'protocol',
  'schemas',
  'tools',
  'workers',
  'workflows',
];

let copy: string;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  copy = mkdtempSync(join(tmpdir(), 'truth-sync-third-'));
  for (const room of rooms) cpSync(join(root, room), join(copy, room), { recursive: true });
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package.json'])
    copyFileSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'connectors/fake'));
  take('fake-module.ts.txt', 'connectors/fake/module.ts');
  take('push.ts.txt', 'push.ts');
  edit('connectors/registry.ts', [
    ['  qbo: quickbooks,\n', '  qbo: quickbooks,\n  fake,\n'],
    ['import { quickbooks }', "import { fake } from './fake/module';\nimport { quickbooks }"],
  ]);
  edit('domain/words.ts', [["['woo', 'qbo'] as const", "['woo', 'qbo', 'fake'] as const"]]);
  const traits = readFileSync(join(__dirname, 'traits.txt'), 'utf8');
  edit('domain/systems.ts', [['SystemTraits>> = {\n', `SystemTraits>> = {\n${traits}`]]);
});

afterAll(async () => {
  rmSync(copy, { recursive: true });
  await database.stop();
});

function take(from: string, to: string): void {
  copyFileSync(join(__dirname, from), join(copy, to));
}

function edit(file: string, changes: readonly (readonly [string, string])[]): void {
  const path = join(copy, file);
  let text = readFileSync(path, 'utf8');
  for (const [before, after] of changes) {
    expect(text).toContain(before);
    text = text.replace(before, () => after);
  }
  writeFileSync(path, text);
}

test('nothing else has to change for a third system', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', 'tsconfig.build.json'], {
    cwd: copy,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});

test('what the POS changes arrives in a third system', () => {
  const file = join(copy, 'lines');
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  const pushed = execFileSync(process.execPath, [tsx, 'push.ts', database.url, file], {
    cwd: copy,
    encoding: 'utf8',
  });
  expect(JSON.parse(pushed)).toContainEqual({
    system: 'fake',
    state: 'delivered',
    remoteId: 'line-c-1',
  });
  expect(readFileSync(file, 'utf8')).toBe('c-1 Kim\n');
});
