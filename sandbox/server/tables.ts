/** A table of a page: what a control call answered, made flat. */
export interface PlainTable {
  title: string;
  columns: string[];
  /** The last rows only, as texts. */
  rows: string[][];
  /** How many rows there are in all. */
  total: number;
}

/** Rows shown of one table: a phone shows no more in reasonable time. */
const rowsShown = 200;

/**
 * Every list of objects in an answer becomes a table, and the plain members of an object one with
 * two columns. The title is the way to it: `realms 4620 documents`.
 */
export function tablesOf(answer: unknown, title = ''): PlainTable[] {
  if (Array.isArray(answer)) return [listTable(answer as unknown[], title)];
  if (!isRecord(answer)) return [];
  const members = Object.entries(answer);
  const plain = members.filter(([, value]) => !isRecord(value) && !Array.isArray(value));
  const facts: PlainTable = {
    title,
    columns: ['name', 'value'],
    rows: plain.map(([name, value]) => [name, plainText(value)]).slice(-rowsShown),
    total: plain.length,
  };
  const below = members.flatMap(([name, value]) => tablesOf(value, `${title} ${name}`.trim()));
  return plain.length === 0 ? below : [facts, ...below];
}

function listTable(list: unknown[], title: string): PlainTable {
  const shown = list.slice(-rowsShown);
  const records = shown.map((row) => (isRecord(row) ? row : { value: row }));
  const columns = [...new Set(records.flatMap((row) => Object.keys(row)))];
  return {
    title,
    columns,
    rows: records.map((row) => {
      const values = new Map<string, unknown>(Object.entries(row));
      return columns.map((column) => plainText(values.get(column)));
    }),
    total: list.length,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
