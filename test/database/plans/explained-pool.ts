import type { Pool } from 'pg';
import { z } from 'zod';

import { createPool } from '../../../database/pool';

/** One statement that ran, how long it took, and what its plan read of each table. */
export interface Explained {
  text: string;
  ms: number;
  reads: { table: string; isWhole: boolean; rows: number }[];
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string | undefined;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number | undefined;
  'Rows Removed by Index Recheck'?: number | undefined;
  Plans?: Node[] | undefined;
}
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': z.string().optional(),
    'Actual Rows': z.number(),
    'Actual Loops': z.number(),
    'Rows Removed by Filter': z.number().optional(),
    'Rows Removed by Index Recheck': z.number().optional(),
    Plans: z.array(node).optional(),
  }),
);
const explained = z.object({ 'Query Text': z.string(), Plan: node });

/**
 * What a plan read of each table. A bitmap's index scans belong to the table that is above them.
 */
function readsOf(plan: Node, above?: string): Explained['reads'] {
  const table = plan['Relation Name'] ?? above;
  const below = (plan.Plans ?? []).flatMap((child) => readsOf(child, table));
  if (table === undefined || !plan['Node Type'].endsWith('Scan')) return below;
  const passedOver =
    (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  const rows = Math.round((plan['Actual Rows'] + passedOver) * plan['Actual Loops']);
  const isWhole = plan['Node Type'] === 'Seq Scan' && plan['Actual Loops'] > 0;
  return [{ table, isWhole, rows }, ...below];
}

/**
 * A pool whose connections tell the plan of every statement they run, with the values they ran
 * with: the server's own auto_explain, which also sees the statements inside functions. Needs a
 * superuser.
 */
export function explainedPool(
  url: string,
  isPlannedEachTime: boolean,
): { pool: Pool; seen: Explained[] } {
  const seen: Explained[] = [];
  const explaining = new URL(url);
  // Options of the address take the place of those that createPool sets.
  explaining.searchParams.set(
    'options',
    [...settings, ...(isPlannedEachTime ? [plannedEachTime] : [])]
      .map((name) => `-c ${name}`)
      .join(' '),
  );
  const pool = createPool({
    connectionString: explaining.href,
    max: 4,
    isPlannedEachTime,
    applicationName: 'plans',
    onError: () => undefined,
  });
  pool.on('connect', (client) => {
    client.on('notice', ({ message = '' }) => {
      const [, ms, json] = /^duration: ([\d.]+) ms\s+plan:\s+(\{.*\})$/s.exec(message) ?? [];
      if (ms === undefined || json === undefined) return;
      const { 'Query Text': text, Plan: plan } = explained.parse(JSON.parse(json));
      seen.push({ text, ms: Number(ms), reads: readsOf(plan) });
    });
  });
  return { pool, seen };
}

const plannedEachTime = 'plan_cache_mode=force_custom_plan';
const settings = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_format=json',
  'auto_explain.log_analyze=on',
  'auto_explain.log_timing=off',
  'auto_explain.log_nested_statements=on',
  'auto_explain.log_level=notice',
];
