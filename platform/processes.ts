import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Whether a process with this id is there; one that has ended but waits for its parent is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return statOf(pid)?.state !== 'Z';
}

/**
 * When a process began, in the kernel's ticks: tells it from a later one with the same id. Linux
 * only.
 */
export function startTicks(pid: number): string | undefined {
  return statOf(pid)?.startTicks;
}

/** The command line of a process, if the system shows it. */
export function commandOf(pid: number): string | undefined {
  const line = readOrNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  return line?.replaceAll('\0', ' ').trim();
}

/** The processes of a program that work in a folder (Linux; elsewhere none are found). */
function processesIn(folder: string, program: string): number[] {
  return allPids().filter(
    (pid) =>
      readOrNothing(() => readlinkSync(`/proc/${pid}/cwd`)) === folder &&
      basename(readOrNothing(() => readlinkSync(`/proc/${pid}/exe`)) ?? '').startsWith(program),
  );
}

/** The ids of all processes that the system shows. */
export function allPids(): number[] {
  const names = readOrNothing(() => readdirSync('/proc')) ?? [];
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/**
 * Ends what an earlier start left in a folder, so that a new process does not meet it. The caller
 * holds the folder's lock: nobody else can have started these.
 */
export async function endRemains(folder: string, program: string): Promise<void> {
  const graceMs = 5_000;
  const startMs = Date.now();
  for (const pid of processesIn(folder, program)) signal(pid, 'SIGINT');
  while (processesIn(folder, program).length > 0) {
    if (Date.now() - startMs > graceMs)
      for (const pid of processesIn(folder, program)) signal(pid, 'SIGKILL');
    if (Date.now() - startMs > 2 * graceMs)
      throw new Error(
        `Processes ${processesIn(folder, program).join(', ')} hold ${folder} and do not end.`,
      );
    await pause(20);
  }
}

/** Sends a signal; a process that has gone meanwhile is no error. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (isAlive(pid)) throw error;
  }
}

/** The system's code of an error, such as ENOENT. */
export function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What a read answers, or nothing if the file or the process is gone or not ours to see. */
export function readOrNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function statOf(pid: number): { state: string; startTicks: string } | undefined {
  const stat = readOrNothing(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the program's name in brackets and may hold blanks: count from behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields?.[0], fields?.[19]];
  return state === undefined || ticks === undefined ? undefined : { state, startTicks: ticks };
}
