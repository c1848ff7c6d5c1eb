import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { userCacheFolder } from '../../platform/env';
import { checkoutFolder } from '../../platform/data-folder';
import { freePort } from '../../tools/local-services/ports';
import { findTemporal, versionOf } from '../../tools/local-services/temporal-program';

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truth-sync-download-'));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true });
});

test('a machine without the program downloads it once and keeps it', async () => {
  const log = () => undefined;
  const checkout = checkoutFolder();
  const program = await findTemporal({ cacheFolder: userCacheFolder(), checkout, log });
  const downloadUrl = await offer(realPath(program));
  const asked: string[] = [];
  server?.on('request', ({ url }) => asked.push(url ?? ''));
  const bare = join(folder, 'nothing');
  const sources = { cacheFolder: folder, checkout, log, installed: bare, go: bare, downloadUrl };
  const found = await findTemporal(sources);
  expect(found).toBe(join(folder, 'temporal-cli', '1.8.2', 'temporal'));
  await expect(versionOf(found)).resolves.toBe(await versionOf(program));
  await expect(findTemporal(sources)).resolves.toBe(found);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toMatch(/^\/cli\/v1\.8\.2\?arch=(amd64|arm64)&platform=\w+&format=tar\.gz$/);
});

/** Serves the real program the way the official address does. */
async function offer(program: string): Promise<string> {
  const archive = join(folder, 'offered.tar.gz');
  const packed = ['-C', dirname(program), '-cf', archive, basename(program)];
  execFileSync('tar', ['--use-compress-program=gzip -1', ...packed]);
  const port = await freePort();
  server = createServer(({ url }, response) => {
    if (url === '/archive') createReadStream(archive).pipe(response);
    else
      response.end(
        JSON.stringify({
          archiveUrl: `http://127.0.0.1:${port}/archive`,
          fileToExtract: basename(program),
        }),
      );
  }).listen(port, '127.0.0.1');
  return `http://127.0.0.1:${port}/cli`;
}

function realPath(program: string): string {
  return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program]).toString('utf8').trim();
}
