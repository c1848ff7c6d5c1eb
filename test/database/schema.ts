import type { Pool } from 'pg';

// The schema of a database as its catalog has it, and one row in each of its tables.

const migrationsTable = 'migrations';

const parts = [
  `SELECT format('table %s %s: %s', relname, reloptions, obj_description(oid)) AS line
     FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
  `SELECT format('column %s.%s %s collate %s, not null %s, default %s, identity %s: %s',
       attrelid::regclass, attname, format_type(atttypid, atttypmod), attcollation::regcollation,
       attnotnull, pg_get_expr(adbin, adrelid), attidentity,
       col_description(attrelid, attnum)) AS line
     FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
     LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
       AND NOT attisdropped`,
  `SELECT format('constraint %s on %s: %s', conname, conrelid::regclass,
       pg_get_constraintdef(oid)) AS line
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace`,
  `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'`,
  `SELECT format('sequence %s', sequencename) AS line FROM pg_sequences
     WHERE schemaname = 'public'`,
  `SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal`,
  `SELECT pg_get_functiondef(oid) AS line FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace`,
];

/** Everything but the order of columns, one line each, sorted. */
export async function schemaOf(pool: Pool): Promise<string[]> {
  const all = await pool.query<{ line: string }>(
    `SELECT line FROM (${parts.join(' UNION ALL ')}) x ORDER BY line COLLATE "C"`,
  );
  return all.rows.map(({ line }) => line);
}

/** Names of the tables, those without foreign keys first. */
async function tablesOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class c
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> $1
     ORDER BY (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'), 1`,
    [migrationsTable],
  );
  return rows.map(({ name }) => name);
}

/** The rows of every table but that of the migrations, by the name of the table. */
export async function rowsOf(pool: Pool): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const table of await tablesOf(pool)) {
    const { rows } = await pool.query<{ row: unknown }>(
      `SELECT to_json(t) AS row FROM ${table} t ORDER BY to_json(t)::text`,
    );
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

interface Column {
  name: string;
  type: string;
  /** Conditions of this column alone. */
  checks: string[];
}

const valueOfType: Readonly<Partial<Record<string, string>>> = {
  bigint: '1',
  boolean: 'true',
  bytea: '\\x' + '00'.repeat(32),
  integer: '1',
  json: '{}',
  numeric: '1.5',
  'timestamp with time zone': '2026-11-20T10:00:00Z',
  uuid: '00000000-0000-4000-8000-000000000001',
};
const texts = ['one', 'GBP', 'GB', '2026-11-20', '0'.repeat(64)];

/** One row in every table: what must have a value has one, and so has what is stored as JSON. */
export async function fillEveryTable(pool: Pool): Promise<void> {
  for (const table of await tablesOf(pool)) {
    const { rows: columns } = await pool.query<Column>(
      `SELECT attname AS name, format_type(atttypid, NULL) AS type,
         ARRAY(SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint
           WHERE conrelid = attrelid AND contype = 'c' AND conkey = ARRAY[attnum]) AS checks
       FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
         AND ((attnotnull AND NOT atthasdef) OR atttypid = 'json'::regtype)`,
      [table],
    );
    const values: string[] = [];
    for (const column of columns) values.push(await valueFor(pool, table, column));
    await pool.query(
      `INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')})
         VALUES (${values.map((_, index) => `$${index + 1}`).join(', ')})`,
      values,
    );
  }
}

/** One that the conditions of the column admit: of its type, or a text that they name. */
async function valueFor(pool: Pool, table: string, column: Column): Promise<string> {
  const { name, type, checks } = column;
  const named = [...checks.join(' ').matchAll(/'([^']*)'/g)].map(([, text = '']) => text);
  const value = valueOfType[type];
  const candidates = value === undefined ? [...named, ...texts] : [value];
  const condition = checks.length === 0 ? 'true' : checks.join(' AND ');
  for (const candidate of candidates) {
    const { rows } = await pool.query<{ fits: boolean }>(
      `SELECT ${condition} AS fits FROM (SELECT $1::${type} AS ${name}) x`,
      [candidate],
    );
    if (rows[0]?.fits === true) return candidate;
  }
  throw new Error(`No example fits ${table}.${name}: add one to test/database/schema.ts`);
}
