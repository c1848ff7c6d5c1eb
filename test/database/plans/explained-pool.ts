import type { Pool } from 'pg';
import { z } from 'zod';

import { createPool } from '../../../database/pool';

/** One statement that ran: its text, how long it took, and the tables that its plan reads as a whole. */
export interface Explained {
  text: string;
  ms: number;
  seqScans: string[];
  indexes: string[];
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string | undefined;
  'Index Name'?: string | undefined;
  Plans?: Node[] | undefined;
}
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': z.string().optional(),
    'Index Name': z.string().optional(),
    Plans: z.array(node).optional(),
  }),
);
const explained = z.object({ 'Query Text': z.string(), Plan: node });

function nodesOf(plan: Node): Node[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/**
 * A pool whose connections tell the plan of every statement they run, with the values they ran with: the
 * server's own auto_explain, which also sees the statements inside functions. Needs a superuser.
 */
export function explainedPool(url: string, isPlannedEachTime: boolean): { pool: Pool; seen: Explained[] } {
  const seen: Explained[] = [];
  const pool = createPool({ connectionString: url, max: 4, isPlannedEachTime, applicationName: 'plans', onError: () => undefined }); // prettier-ignore
  pool.on('connect', (client) => {
    client.on('notice', ({ message = '' }) => {
      const [, ms, json] = /^duration: ([\d.]+) ms\s+plan:\s+(\{.*\})$/s.exec(message) ?? [];
      if (ms === undefined || json === undefined) return;
      const { 'Query Text': text, Plan: plan } = explained.parse(JSON.parse(json));
      const nodes = nodesOf(plan);
      seen.push({
        text,
        ms: Number(ms),
        seqScans: nodes.flatMap((one) => one['Node Type'] === 'Seq Scan' ? [one['Relation Name'] ?? ''] : []), // prettier-ignore
        indexes: nodes.flatMap((one) => one['Index Name'] ?? []),
      });
    });
    void client.query(
      `LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_format = json;
       SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice`,
    );
  });
  return { pool, seen };
}
