import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';

import { z } from 'zod';

import { errorCode, errorText } from './error-text';
import { type SavedSandbox } from './server/saved-state';

/** What the state file holds: both sandboxes. */
export interface SavedSandboxes {
  woo: SavedSandbox;
  qbo: SavedSandbox;
}

const format = 'sandbox state';
/** Raise it when a vendor's state changes its shape: files of another version are refused. */
const version = 2;

const header = z.object({
  format: z.literal(format),
  version: z.number(),
  bytes: z.number(),
  sha256: z.string(),
});

/** Writes bytes to an open file; answers how many were taken. */
export type WriteBytes = (file: number, bytes: Buffer) => number;

/**
 * Writes the state beside the old file and puts it in its place when it is safe on the disk: after
 * a failure (a full disk) or a power cut the old file is still whole. Answers the size.
 */
export function writeStateFile(
  file: string,
  saved: SavedSandboxes,
  write: WriteBytes = writeSync,
): { file: string; bytes: number } {
  const data = serialize(saved);
  const sha256 = createHash('sha256').update(data).digest('hex');
  const head = JSON.stringify({ format, version, bytes: data.length, sha256 });
  const whole = Buffer.concat([Buffer.from(`${head}\n`), data]);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const open = openSync(temporary, 'w', 0o600); // it holds tokens
    try {
      for (let done = 0; done < whole.length;) done += write(open, whole.subarray(done));
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
    renameSync(temporary, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new Error(`the state file ${file} cannot be written: ${errorText(error)}`, {
      cause: error,
    });
  }
  return { file, bytes: whole.length };
}

/** The new name is on the disk only when its folder is. */
function syncFolder(folder: string): void {
  const open = openSync(folder, 'r');
  try {
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}

/** null when there is no such file; throws, with its name, when it is broken or something else. */
export function readStateFile(file: string): SavedSandboxes | null {
  let whole: Buffer;
  try {
    whole = readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new Error(`the state file ${file} cannot be read: ${errorText(error)}`, { cause: error });
  }
  const end = whole.indexOf('\n');
  const head = header.safeParse(parsed(whole.subarray(0, Math.max(0, end)).toString('utf8')));
  if (!head.success)
    throw new Error(`${file} is no state file of the sandboxes: it is left as it is`);
  if (head.data.version !== version) {
    throw new Error(
      `the state file ${file} has version ${head.data.version}, this program reads version ` +
        `${version}`,
    );
  }
  const data = whole.subarray(end + 1);
  const sha256 = createHash('sha256').update(data).digest('hex');
  if (data.length !== head.data.bytes || sha256 !== head.data.sha256) {
    throw new Error(`the state file ${file} is broken: its content does not fit its checksum`);
  }
  return deserialize(data) as SavedSandboxes; // the checksum says that we wrote it
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
