import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkoutFolder } from '../../platform/data-folder';
import { freePort } from '../../tools/local-services/ports';
import { findTemporal, isNewEnough } from '../../tools/local-services/temporal-program';
import { temporalVersion } from '../../tools/local-services/temporal-version';

let cacheFolder: string;
let server: Server | undefined;
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'truth-sync-cache-'));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(cacheFolder, { recursive: true });
});

test.each([
  ['1.8.2', true],
  ['1.8.10', true],
  ['1.10.0', true],
  ['2.0.0', true],
  ['1.8.1', false],
  ['1.7.9', false],
  ['0.0.0', false],
  [undefined, false],
])('version %s is new enough: %s', (version, isEnough) => {
  expect(isNewEnough(version)).toBe(isEnough);
});

test('the pinned sources and the version that we ask for are the same', () => {
  const module = readFileSync(join(checkoutFolder(), 'tools', 'temporal-cli', 'go.mod'), 'utf8');
  expect(module).toContain(`github.com/temporalio/cli v${temporalVersion} `);
});

/** A machine with nothing: no program, no Go; what a download meets is the test's. */
async function adviceFor(downloadUrl: string): Promise<string> {
  const nothing = join(cacheFolder, 'nothing');
  const found = findTemporal({
    cacheFolder,
    checkout: checkoutFolder(),
    log: () => undefined,
    installed: nothing,
    go: nothing,
    downloadUrl,
  });
  return found.catch((error: unknown) => String(error));
}

test('without any way to get the program, one message names all ways', async () => {
  const advice = await adviceFor(`http://127.0.0.1:${await freePort()}`);
  expect(advice).toContain('tried: download: 127.0.0.1');
  expect(advice).toContain('tried: build with Go: Go cannot be started');
  expect(advice).toContain('install the Temporal CLI 1.8.2 or newer on the PATH');
  expect(advice).toContain(join(cacheFolder, 'temporal-cli', '1.8.2', 'temporal'));
  expect(advice).toContain('install Go 1.26.4 or newer');
  expect(advice).toContain('set TEMPORAL_ADDRESS');
});

test('a download that nobody answers is given up', async () => {
  const port = await freePort();
  server = createServer(() => undefined).listen(port, '127.0.0.1');
  const startMs = Date.now();
  await expect(adviceFor(`http://127.0.0.1:${port}`)).resolves.toContain('no answer within 5 s');
  expect(Date.now() - startMs).toBeLessThan(8_000);
});
