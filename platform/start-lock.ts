import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandOf, errorCode, isAlive, readOrNothing, startTicks } from './processes';

const lockContent = z.object({
  pid: z.number().int().positive(),
  /** Tells the holder from a later process with its id; absent where the system does not say. */
  ticks: z.string().optional(),
  since: z.string(),
  command: z.string(),
});

/** Who has started the services of a folder. Written by the starter, absent when nothing runs. */
type LockContent = z.output<typeof lockContent>;

const fileIn = (folder: string) => join(folder, 'start.lock');

/**
 * Takes a folder for this process, so that two starts cannot work in one folder. A lock whose
 * process is gone is taken over. Answers how to give the folder back.
 */
export function lockFolder(folder: string): () => void {
  const file = fileIn(folder);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(ownLock()));
  try {
    for (let tries = 0; tries < 10; tries++) {
      if (tryLink(draft, file))
        return () => {
          rmSync(file, { force: true });
        };
      const holder = readLock(file);
      if (holder !== undefined && isHeld(holder)) throw new Error(heldText(folder, holder));
      setAside(file);
    }
    throw new Error(`${file} cannot be taken; remove it and start again.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Whether a running process has taken a folder. */
export function isLocked(folder: string): boolean {
  const holder = readLock(fileIn(folder));
  return holder !== undefined && isHeld(holder);
}

function ownLock(): LockContent {
  return {
    pid: process.pid,
    ticks: startTicks(process.pid),
    since: new Date().toISOString(),
    command: commandOf(process.pid) ?? process.argv.join(' '),
  };
}

function heldText(folder: string, { pid, since, command }: LockContent): string {
  return (
    `The local services in ${folder} are already running: process ${pid} ` +
    `(${command.slice(0, 160)}), ` +
    `since ${since}. Use those, or stop them with Ctrl-C there or "kill ${pid}", and start again.`
  );
}

function isHeld(holder: LockContent): boolean {
  return isAlive(holder.pid) && startTicks(holder.pid) === holder.ticks;
}

/** Removes a stale lock. One that another starter took meanwhile is given back to him. */
function setAside(file: string): void {
  const aside = `${file}.${process.pid}.stale`;
  if (!tryRename(file, aside)) return;
  const moved = readLock(aside);
  if (moved !== undefined && isHeld(moved)) tryLink(aside, file);
  rmSync(aside);
}

function readLock(file: string): LockContent | undefined {
  const text = readOrNothing(() => readFileSync(file, 'utf8'));
  return readOrNothing(() => lockContent.parse(JSON.parse(text ?? '')));
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
