import { expect, test } from '@jest/globals';

import { ComposeAhead } from '../../activities/compose-ahead';
import type { LaneBatch } from '../../activities/compose-batch';
import type { DuePlaces } from '../../database/outgoing';

const places = (id: string): DuePlaces => ({ order: { dueAt: '2026-11-21T10:00:00Z', id } });
const batchBefore = (id: string): LaneBatch => ({ picked: 1, writes: [], settlements: [], next: places(id) }); // prettier-ignore

/** Composing that ends when it is told to; notes behind which places each began. */
class Desk {
  readonly begun: DuePlaces[] = [];
  private readonly ends: ((end: () => LaneBatch) => void)[] = [];
  readonly ahead = new ComposeAhead(async (after) => {
    this.begun.push(after);
    const end = await new Promise<() => LaneBatch>((resolve) => this.ends.push(resolve));
    return end();
  });

  async end(index: number, how: () => LaneBatch): Promise<void> {
    this.ends[index]?.(how);
    await new Promise(setImmediate);
  }
}

test('each batch begins behind the one before, at most two ahead', async () => {
  const desk = new Desk();
  const seen: LaneBatch[] = [];
  const whenComposed = (batch: LaneBatch): boolean => seen.push(batch) > 0;
  expect(desk.ahead.take()).toBeNull();
  desk.ahead.begin(places('1'), whenComposed);
  await desk.end(0, () => batchBefore('2'));
  expect(desk.begun).toEqual([places('1'), places('2')]);
  await desk.end(1, () => batchBefore('3'));
  expect([desk.begun.length, seen.length]).toEqual([2, 1]);
  expect(await desk.ahead.take()).toEqual(batchBefore('2'));
  desk.ahead.begin(places('2'), whenComposed);
  expect(await desk.ahead.take()).toEqual(batchBefore('3'));
  await new Promise(setImmediate);
  expect(desk.begun).toEqual([places('1'), places('2'), places('3')]);
  expect(seen).toEqual([batchBefore('2'), batchBefore('3')]);
});

test('nothing more is begun where the batch says so', async () => {
  const desk = new Desk();
  desk.ahead.begin(places('1'), () => false);
  await desk.end(0, () => batchBefore('2'));
  expect(desk.begun).toEqual([places('1')]);
});

test('what was dropped is begun anew, once its calls have ended', async () => {
  const desk = new Desk();
  desk.ahead.begin(places('1'), () => true);
  await desk.end(0, () => batchBefore('2'));
  let hasEnded = false;
  const dropped = desk.ahead.drop().then(() => { hasEnded = true; }); // prettier-ignore
  await new Promise(setImmediate);
  expect(hasEnded).toBe(false);
  await desk.end(1, () => { throw new Error('refused'); }); // prettier-ignore
  await dropped;
  expect(desk.ahead.take()).toBeNull();
  desk.ahead.begin(places('9'), () => false);
  expect(desk.begun.at(-1)).toEqual(places('9'));
});

test('the failure of one is told to who takes it', async () => {
  const desk = new Desk();
  desk.ahead.begin(places('1'), () => true);
  await desk.end(0, () => { throw new Error('refused'); }); // prettier-ignore
  await expect(desk.ahead.take()).rejects.toThrow('refused');
});
