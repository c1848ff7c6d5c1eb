import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isReachable, prepareDataFolder } from '../../platform/data-folder';
import { isLocked, lockFolder } from '../../platform/start-lock';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'truth-sync-folder-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const isRoot = process.getuid?.() === 0;
const describeAsRoot = isRoot ? describe : describe.skip;
const describeAsUser = isRoot ? describe.skip : describe;

describeAsUser('the data folder', () => {
  test('lies in the checkout', () => {
    expect(prepareDataFolder(folder)).toBe(join(folder, '.data'));
  });
});

describeAsRoot('the data folder of root', () => {
  test('lies in a checkout that everybody can enter', () => {
    const open = mkdtempSync('/var/tmp/truth-sync-open-');
    chmodSync(open, 0o755);
    expect(prepareDataFolder(open)).toBe(join(open, '.data'));
    rmSync(open, { recursive: true });
  });

  test('lies elsewhere when the user postgres cannot enter, and stays where it is', () => {
    const checkout = join(folder, 'closed');
    mkdirSync(checkout, { mode: 0o700 });
    const place = prepareDataFolder(checkout);
    try {
      expect(isReachable(place)).toBe(true);
      expect(realpathSync(join(checkout, '.data'))).toBe(place);
      writeFileSync(join(place, 'kept'), '');
      expect(prepareDataFolder(checkout)).toBe(place);
      expect(existsSync(join(place, 'kept'))).toBe(true);
      rmSync(join(checkout, '.data'));
      expect(prepareDataFolder(checkout)).toBe(place);
      expect(existsSync(join(place, 'kept'))).toBe(false);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('is refused where it is a real folder that the user postgres cannot enter', () => {
    mkdirSync(join(folder, '.data'));
    expect(() => prepareDataFolder(folder)).toThrow(
      `The user postgres cannot reach ${folder}/.data.`,
    );
  });
});

describe('the lock', () => {
  test('a second start says who runs, since when and what to do', () => {
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(
      new RegExp(
        `^The local services in ${folder} are already running: process ${process.pid} \\(.+\\), ` +
          'since \\d{4}-.+Z\\. Use those, or stop them with Ctrl-C there or "kill \\d+"',
      ),
    );
    unlock();
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('one of a process that is gone is taken over', async () => {
    const gone = spawn('true');
    await once(gone, 'exit');
    writeLock({ pid: gone.pid });
    expect(isLocked(folder)).toBe(false);
    const unlock = lockFolder(folder);
    expect(isLocked(folder)).toBe(true);
    unlock();
  });

  test('one whose process id now belongs to another process is taken over', () => {
    writeLock({ pid: process.pid, ticks: '1' });
    expect(isLocked(folder)).toBe(false);
    lockFolder(folder)();
  });

  test('a broken one is taken over', () => {
    writeFileSync(join(folder, 'start.lock'), '{');
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });
});

function writeLock(holder: { pid: number | undefined; ticks?: string }): void {
  const content = { ...holder, since: '2026-11-22T10:00:00.000Z', command: 'npm run demo' };
  writeFileSync(join(folder, 'start.lock'), JSON.stringify(content));
}
