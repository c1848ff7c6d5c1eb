import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporalVersion } from './temporal-version';

/** A build, from where to where. */
export interface TemporalBuild {
  checkout: string;
  target: string;
  log: (line: string) => void;
  go?: string | undefined;
}

const packageName = 'github.com/temporalio/cli/cmd/temporal';
/** Without it the program would call itself 0.0.0-DEV. */
const versionFlag = `-X github.com/temporalio/cli/internal/temporalcli.Version=${temporalVersion}`;
const progressMs = 15_000;

/** Builds the pinned Temporal CLI; two builds at once do not disturb each other. */
export async function buildTemporal({ checkout, target, log, go }: TemporalBuild): Promise<void> {
  const draft = `${target}.${process.pid}.new`;
  mkdirSync(dirname(target), { recursive: true });
  log(
    `Temporal: building the CLI ${temporalVersion} with Go; the first time takes about 4 minutes`,
  );
  const startMs = Date.now();
  const progress = setInterval(() => {
    log(`Temporal: still building, ${Math.round((Date.now() - startMs) / 1000)} s so far`);
  }, progressMs);
  try {
    await runGo(go ?? 'go', join(checkout, 'tools', 'temporal-cli'), draft);
    renameSync(draft, target);
    log(`Temporal: built in ${Math.round((Date.now() - startMs) / 1000)} s, kept at ${target}`);
  } finally {
    clearInterval(progress);
    rmSync(draft, { force: true });
  }
}

function runGo(go: string, folder: string, output: string): Promise<void> {
  const flags = ['-mod=readonly', '-buildvcs=false', '-ldflags', `-s -w ${versionFlag}`];
  const child = spawn(go, ['build', ...flags, '-o', output, packageName], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let messages = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages = (messages + text).slice(-4_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new Error(`Go cannot be started (${error.message})`));
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build ended with ${code ?? 'a signal'}:\n${messages.trimEnd()}`));
    });
  });
}
