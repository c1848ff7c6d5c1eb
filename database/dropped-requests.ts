import type { Db } from './pool';

/**
 * Drops the bytes of sends that were settled so many days ago, at most `limit` of them, the oldest
 * first. Key, members and outcome stay: nothing asks for the bytes of what is settled. Answers how
 * many.
 */
export async function dropRequests(
  db: Db,
  { keptDays, limit }: { keptDays: number; limit: number },
): Promise<number> {
  const result = await db.query(
    `UPDATE sends SET request = NULL WHERE id = ANY (ARRAY(
       SELECT id FROM sends WHERE state = 'settled' AND request IS NOT NULL
         AND settled_at < now() - make_interval(days => $1)
       ORDER BY settled_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    [keptDays, limit],
  );
  return result.rowCount ?? 0;
}
