import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readStateFile, writeStateFile, type SavedSandboxes } from '../../sandbox/state-file';

describe('the state file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
    file = join(folder, 'state');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const saved = (name: string): SavedSandboxes => ({
    woo: { vendor: 'woo', settings: { seed: 1 }, clock: null, state: name },
    qbo: {
      vendor: 'qbo',
      settings: {},
      clock: { now: '2026-03-01T10:00:00.000Z', rate: 0 },
      state: { kind: 'map', keys: ['a', 1], values: [12n, { kind: 'frozen', value: { b: [1] } }] },
    },
  });

  it('gives back what was written, and is for its owner alone', () => {
    expect(writeStateFile(file, saved('first'))).toMatchObject({ file });
    writeStateFile(file, saved('second'));
    expect(readStateFile(file)).toEqual(saved('second'));
    expect(readdirSync(folder)).toEqual(['state']);
  });

  it('is nothing when it is not there', () => {
    expect(readStateFile(file)).toBeNull();
  });

  it('a full disk keeps the old file and leaves no rest', () => {
    writeStateFile(file, saved('old'));
    let room = 40;
    const fillDisk = (open: number, bytes: Buffer): number => {
      if (room === 0) throw new Error('ENOSPC: no space left on device, write');
      const part = writeSync(open, bytes.subarray(0, room));
      room = 0;
      return part;
    };
    expect(() => writeStateFile(file, saved('new'), fillDisk)).toThrow(
      `the state file ${file} cannot be written: ENOSPC`,
    );
    expect(readStateFile(file)).toEqual(saved('old'));
    expect(readdirSync(folder)).toEqual(['state']);
  });

  it('goes on where the system took only a part', () => {
    writeStateFile(file, saved('whole'), (open, bytes) => writeSync(open, bytes.subarray(0, 7)));
    expect(readStateFile(file)).toEqual(saved('whole'));
  });

  it.each([
    ['a text of somebody else', () => 'Dear diary,\nall is well\n', 'is no state file'],
    ['JSON of somebody else', () => '{"format":"x","version":2}\n', 'is no state file'],
    ['nothing in it', () => '', 'is no state file'],
    [
      'another version',
      (text: string) => text.replace('"version":2', '"version":7'),
      'has version 7',
    ],
    ['a piece missing', (text: string) => text.slice(0, -3), 'is broken'],
    ['a byte changed', (text: string) => text.replace('2026', '2027'), 'is broken'],
  ])('is refused by its name with %s', (_name, change, reason) => {
    writeStateFile(file, saved('good'));
    writeFileSync(file, change(readFileSync(file, 'latin1')), 'latin1');
    expect(() => readStateFile(file)).toThrow(reason);
    expect(() => readStateFile(file)).toThrow(file);
  });
});
