import type { ChangeProgress } from '../database/changes';

/**
 * What became of a change. `pending`: not absorbed yet; `stale` and `failed` changed nothing;
 * `superseded`: applied before a newer revision came. The last two are kept for later versions.
 */
export const changeOutcomes = [
  'pending',
  'applied',
  'stale',
  'superseded',
  'failed',
  'ignored',
  'conflict',
] as const;

/** What became of a change so far, as every route tells it. */
export function outcomeOf(change: ChangeProgress): (typeof changeOutcomes)[number] {
  if (!change.isAbsorbed) return 'pending';
  if (change.outcome !== null) return change.outcome;
  const { revision, recordSourceRev } = change;
  const isSuperseded = revision !== null && recordSourceRev !== null && recordSourceRev > revision;
  return isSuperseded ? 'superseded' : 'applied';
}
