import type { Db } from './pool';

// Worker processes say that they live, so that everybody sees when none does.

/** A sign of life; the rows of processes that ended long ago go with it. */
export async function noteWorker(db: Db, id: string): Promise<void> {
  await db.query(
    `WITH gone AS (DELETE FROM workers WHERE seen_at < now() - interval '1 day')
     INSERT INTO workers (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET seen_at = now()`,
    [id],
  );
}

/** The process ends as it should. */
export async function forgetWorker(db: Db, id: string): Promise<void> {
  await db.query('DELETE FROM workers WHERE id = $1', [id]);
}
