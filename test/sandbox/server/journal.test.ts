import { describe, expect, it } from '@jest/globals';

import { createJournal, type Journal } from '../../../sandbox/server/journal';

const facts = {
  method: 'GET',
  path: '/v3/company/1/item',
  query: {},
  bodyHash: '',
  tenant: '1',
  entities: ['Item'],
  operations: 0,
  isWrite: false,
  startedAt: '2026-03-01T10:00:00.000Z',
};

/** The numbers of the entries that are answered. */
const seqs = (page: ReturnType<Journal['read']>): number[] => page.entries.map((one) => one.seq);

describe('the journal', () => {
  it('keeps the newest and counts what it dropped', () => {
    const journal = createJournal(3);
    for (let call = 0; call < 5; call += 1) journal.open(facts);
    const page = journal.read(0, 10);
    expect([seqs(page), page.dropped, page.next]).toEqual([[3, 4, 5], 2, 5]);
    expect(journal.last(2).map((one) => one.seq)).toEqual([5, 4]);
  });

  it('is read page by page with next, also when a filter leaves most of it out', () => {
    const journal = createJournal();
    for (let call = 0; call < 6; call += 1) {
      journal.open({ ...facts, tenant: call % 3 === 0 ? 'A' : 'B' });
    }
    const first = journal.read(0, 1, { tenant: 'A' });
    expect([seqs(first), first.next]).toEqual([[1], 1]);
    const second = journal.read(first.next, 1, { tenant: 'A' });
    expect([seqs(second), second.next]).toEqual([[4], 4]);
    const third = journal.read(second.next, 1, { tenant: 'A' });
    expect([seqs(third), third.next]).toEqual([[], 6]);
  });

  it.each([
    [{ tenant: '2' }, [2]],
    [{ method: 'post' }, [2, 3]],
    [{ path: 'salesreceipt' }, [3]],
    [{ entity: 'salesreceipts' }, [3]],
    [{ status: 500 }, [2]],
    [{ status: null }, [3]],
    [{ fault: 'hang' }, [3]],
    [{ fault: 'any' }, [2, 3]],
    [{ fault: 'none' }, [1]],
    [{ committed: true }, [3]],
    [{ committed: false }, [2]],
    [{ committed: null }, [1]],
    [{ write: true, status: 500 }, [2]],
  ])('filters by %j', (filter, expected) => {
    const journal = createJournal();
    journal.open(facts).status = 200;
    Object.assign(journal.open({ ...facts, tenant: '2', method: 'POST', isWrite: true }), {
      status: 500,
      committed: false,
      fault: 'status:500',
    });
    const sale = { path: '/v3/company/1/salesreceipt', entities: ['SalesReceipt'] };
    Object.assign(journal.open({ ...facts, ...sale, method: 'POST', isWrite: true }), {
      committed: true,
      fault: 'hang',
    });
    expect(seqs(journal.read(0, 10, filter))).toEqual(expected);
  });

  it('names what was in flight at the same time', () => {
    const journal = createJournal();
    const first = journal.open(facts);
    journal.open({ ...facts, tenant: '2' });
    expect(journal.open(facts).beside).toEqual([first.seq]);
    journal.close(first, '2026-03-01T10:00:01.000Z');
    expect(journal.open(facts).beside).toEqual([3]);
    expect(journal.read(0, 1).inFlight.map((one) => one.seq)).toEqual([3, 4, 2]);
  });
});
