import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createClock, type Clock } from '../../../sandbox/server/clock';

describe('the clock of a sandbox', () => {
  let clock: Clock;
  let seen: string[];
  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2026-03-01T10:00:00Z') });
    clock = createClock();
    seen = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Notes a name with the time of the clock, in seconds from the start. */
  const plan = (name: string, afterMs: number) =>
    clock.at(Date.parse('2026-03-01T10:00:00Z') + afterMs, () => {
      seen.push(`${name} ${(clock.nowMs() - Date.parse('2026-03-01T10:00:00Z')) / 1000}`);
    });

  it('does work at its time, in the order of time and not of planning', () => {
    plan('late', 2000);
    plan('early', 1000);
    plan('beside early', 1000);
    jest.advanceTimersByTime(999);
    expect(seen).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(seen).toEqual(['early 1', 'beside early 1']);
    jest.advanceTimersByTime(5000);
    expect(seen).toEqual(['early 1', 'beside early 1', 'late 2']);
  });

  it('follows the rate', () => {
    plan('A', 60_000);
    clock.set({ rate: 100 });
    jest.advanceTimersByTime(599);
    expect(seen).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(seen).toEqual(['A 60']);
  });

  it('a clock that stands does nothing until it is moved', () => {
    clock.set({ rate: 0 });
    plan('A', 1000);
    plan('over already', -1);
    jest.advanceTimersByTime(60_000);
    expect(seen).toEqual(['over already 0']);
    clock.set({ advanceMs: 1000 });
    expect(seen).toEqual(['over already 0', 'A 1']);
  });

  it('a move does everything on the way at its own time, also what is planned on the way', () => {
    clock.set({ rate: 0 });
    clock.at(clock.nowMs() + 1000, () => {
      plan('from the way', 3000);
    });
    plan('B', 2000);
    plan('after the move', 60_001);
    clock.set({ now: '2026-03-01T10:01:00Z' });
    expect(seen).toEqual(['B 2', 'from the way 3']);
    expect(clock.read()).toEqual({ now: '2026-03-01T10:01:00.000Z', rate: 0 });
  });

  it.each([
    { advanceMs: Number.MAX_SAFE_INTEGER },
    { advanceMs: -Number.MAX_SAFE_INTEGER },
    { now: '0001-01-01T00:00:00Z' },
    { now: '9999-12-31T23:59:59Z', advanceMs: 1_000 },
  ])('refuses to leave the years in which dates can be written: %j', (body) => {
    const clock = createClock();
    const before = clock.nowMs();
    expect(() => {
      clock.set(body);
    }).toThrow(/1970 to 2199/);
    expect(clock.nowMs() - before).toBeLessThan(60_000);
    expect(clock.isReal()).toBe(true);
  });

  it('set back, it delays what waits', () => {
    plan('A', 1000);
    clock.set({ now: '2026-03-01T09:59:59Z' });
    jest.advanceTimersByTime(1500);
    expect(seen).toEqual([]);
    jest.advanceTimersByTime(500);
    expect(seen).toEqual(['A 1']);
  });

  it('a wait longer than a real timer can be is no shorter for it', () => {
    const daysMs = 40 * 86_400_000;
    plan('A', daysMs);
    jest.advanceTimersByTime(daysMs - 1);
    expect(seen).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(seen).toHaveLength(1);
  });

  it('forgets what is cancelled, and everything at a reset', () => {
    plan('A', 1000).cancel();
    plan('B', 1500);
    clock.set({ rate: 50 });
    clock.reset();
    jest.advanceTimersByTime(60_000);
    expect(seen).toEqual([]);
    expect([clock.isReal(), clock.read().rate]).toEqual([true, 1]);
  });

  it('a piece of work that fails does not stop the next one', () => {
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    clock.at(clock.nowMs() + 1000, () => {
      throw new Error('broken work');
    });
    plan('B', 1000);
    jest.advanceTimersByTime(1000);
    expect(seen).toEqual(['B 1']);
    expect(String(stderr.mock.calls[0]?.[0])).toContain('sandbox bug: Error: broken work');
    stderr.mockRestore();
  });
});
