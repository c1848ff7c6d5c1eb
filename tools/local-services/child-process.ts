import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { isAlive, pause, readOrNothing } from '../../platform/processes';

/** A program to run beside this one. */
export interface ChildSpec {
  program: string;
  args: readonly string[];
  /**
   * The folder it works in; by it and the program's name the remains of an earlier start are found.
   */
  folder: string;
  logFile: string;
  /** Whom it runs as; absent: as ourselves. */
  user?: { uid: number; gid: number } | undefined;
}

/** A running program that ends when this process ends, however this process ends. */
export interface Child {
  readonly pid: number;
  hasExited(): boolean;
  /** Asks it to end; after the time of grace it is killed. Resolves when it is gone. */
  end(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

/**
 * Waits until the pipe from us closes, which the kernel does even when we are killed; then ends the
 * process that it guards, first politely. Kept in plain sh, for it must not depend on us.
 */
const guardScript = `
while read -r _; do :; done
kill -INT "$1" 2>/dev/null || exit 0
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL "$1" 2>/dev/null`;

/** The log begins anew at this size, so that years of development do not fill a disk. */
const logBytesMax = 20 * 1024 * 1024;

/**
 * Starts a program in a session of its own, so that Ctrl-C in the terminal reaches us alone and we
 * end it in order. What it prints goes to its log file.
 */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const log = openSync(spec.logFile, isLong(spec.logFile) ? 'w' : 'a', 0o600);
  const child = spawn(spec.program, spec.args, {
    cwd: spec.folder,
    stdio: ['ignore', log, log],
    detached: true,
    ...spec.user,
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(new Error(`${spec.program} cannot be started: ${error.message}`));
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Bug: ${spec.program} was spawned without a process id.`);
  guard(child, pid);
  return {
    pid,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    end: (signal, graceMs) => endChild(child, signal, graceMs),
  };
}

/** The last lines of a log, for the message of a failed start. */
export function logTail(file: string): string {
  const text = readOrNothing(() => readFileSync(file, 'utf8')) ?? '';
  return text.trimEnd().split('\n').slice(-12).join('\n');
}

function guard(child: ChildProcess, pid: number): void {
  const watcher = spawn('sh', ['-c', guardScript, 'truth-sync-guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
  watcher.stdin.on('error', () => undefined);
  child.once('exit', () => watcher.kill('SIGKILL'));
}

async function endChild(
  child: ChildProcess,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
  while (child.pid !== undefined && isAlive(child.pid)) await pause(5);
}

function isLong(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax;
}
