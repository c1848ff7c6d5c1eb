import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { temporalVersion } from './temporal-version';

/** A download, from where to where. */
export interface TemporalDownload {
  target: string;
  log: (line: string) => void;
  downloadUrl?: string | undefined;
}

const officialUrl = 'https://temporal.download/cli';
const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };
const description = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });
const run = promisify(execFile);

/**
 * Behind a closed network often nobody answers at all: give up soon, building with Go is the next
 * way.
 */
const silenceMaxMs = 5_000;

/** Fetches the official program, from the place where the SDK's own test environment gets it. */
export async function downloadTemporal(options: TemporalDownload): Promise<void> {
  const { target, log, downloadUrl = officialUrl } = options;
  const folder = `${target}.${process.pid}.download`;
  const system = `arch=${architectures[process.arch] ?? process.arch}&platform=${process.platform}`;
  mkdirSync(folder, { recursive: true });
  try {
    const answer = await fetchBytes(`${downloadUrl}/v${temporalVersion}?${system}&format=tar.gz`);
    const { archiveUrl, fileToExtract } = description.parse(JSON.parse(answer.toString('utf8')));
    log(`Temporal: downloading the CLI ${temporalVersion}`);
    const archive = join(folder, 'archive.tar.gz');
    writeFileSync(archive, await fetchBytes(archiveUrl));
    await run('tar', ['-xzf', archive, '-C', folder, fileToExtract]);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(folder, fileToExtract), target);
    log(`Temporal: kept at ${target}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fetchBytes(url: string): Promise<Buffer> {
  const abort = new AbortController();
  const silence = setTimeout(() => {
    abort.abort(new Error(`no answer within ${silenceMaxMs / 1000} s`));
  }, silenceMaxMs);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    if (response.body === null) throw new Error('answered without a body');
    const body: AsyncIterable<unknown> = response.body;
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) {
      silence.refresh();
      if (ArrayBuffer.isView(chunk))
        chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
    return Buffer.concat(chunks);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${new URL(url).host}: ${cause instanceof Error ? cause.message : 'failed'}`, {
      cause: error,
    });
  } finally {
    clearTimeout(silence);
  }
}
