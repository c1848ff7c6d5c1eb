import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isLocked } from './start-lock';

/**
 * Where root keeps the data of a checkout that the user `postgres` cannot reach: the place for
 * state of services, on a disk (unlike /run and often /tmp), open to all users down to here.
 */
const stateFolder = '/var/lib/truth-sync';

/** The folder that holds package.json, seen from the sources as well as from `dist/`. */
export function checkoutFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error(`No package.json above ${__dirname}.`);
    folder = dirname(folder);
  }
  return realpathSync(folder);
}

/**
 * The folder of a checkout's local data, `.data` in the checkout; made when absent. Postgres
 * refuses to run as root and runs as the user `postgres`, who often cannot enter the folders above
 * a checkout (/root is closed). Then `.data` is a link to a folder that he can reach.
 */
export function prepareDataFolder(checkout: string): string {
  const place = join(checkout, '.data');
  if (isLink(place)) return relinked(place);
  if (process.getuid?.() !== 0) {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    return realpathSync(place);
  }
  if (isReachable(checkout)) {
    makeOpen(place);
    return realpathSync(place);
  }
  if (existsSync(place))
    throw new Error(
      `The user postgres cannot reach ${place}. Move that folder away (or remove it: it ` +
        'holds local ' +
        'data only) and start again: the data will then lie where he can reach it.',
    );
  return linked(place, checkout);
}

/** Whether every user may enter a folder and all folders above it. */
export function isReachable(folder: string): boolean {
  const othersMayEnter = 0o001;
  const mayEnter = (statSync(folder).mode & othersMayEnter) !== 0;
  return mayEnter && (dirname(folder) === folder || isReachable(dirname(folder)));
}

/** Whoever removes `.data` wants to begin anew, so what it pointed to goes too. */
function linked(place: string, checkout: string): string {
  const name = createHash('sha256').update(checkout).digest('hex').slice(0, 16);
  const target = join(stateFolder, name);
  if (!isLocked(target)) rmSync(target, { recursive: true, force: true });
  makeOpen(stateFolder);
  makeOpen(target);
  symlinkSync(target, place);
  return realpathSync(place);
}

function relinked(place: string): string {
  const target = readlinkSync(place);
  if (!existsSync(target)) {
    makeOpen(dirname(target));
    makeOpen(target);
  }
  return realpathSync(place);
}

/** A folder that the user postgres may pass through and only we may list, whatever our umask is. */
function makeOpen(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
