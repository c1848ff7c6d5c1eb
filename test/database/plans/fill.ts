import type { Pool } from 'pg';

import { initialSyncSettings } from '../../../domain/lane/sync-settings';

/** The tenant with a long queue, among many with short ones. */
export const bigTenant = 1;

/**
 * A thousand tenants with a hundred open deliveries each and one with a hundred thousand, with the
 * records, changes, SKUs, stock, sends and journal that belong to them. Nothing is analysed, as
 * after a bulk load.
 */
export async function fill(pool: Pool): Promise<void> {
  for (const table of grown)
    await pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  for (const sql of statements) await pool.query(sql);
  for (const [part, value] of Object.entries(settings))
    await pool.query(settingsSql, [part, JSON.stringify(value)]);
}

/** The last of ten revisions is in force. */
const settingsSql = `INSERT INTO settings (tenant, part, rev, request_id, value, requested_by,
   in_force_at, superseded_at)
  SELECT t.id, $1, r, 'r' || r, $2, 'x', now(), CASE WHEN r < 10 THEN now() END
    FROM tenants t, generate_series(1, 10) r`;
/** Refunds are off, so that some documents are kept back. */
const settings = {
  direction: {
    systems: {
      woo: { default: 'push', kinds: {} },
      qbo: { default: 'push', kinds: { refund: 'disabled' } },
    },
  },
  sync: initialSyncSettings,
};

/** Tables that grow with tenants or with their business: none of them may be read as a whole. */
export const grown = [
  'changes',
  'change_outcomes',
  'records',
  'deliveries',
  'delivery_waits',
  'sale_entries',
  'sends',
  'journal',
  'skus',
  'stock_movements',
  'settings',
  'mappings',
  'api_keys',
  'audit',
  'redrives',
  'summary_members',
  'summary_numbers',
  'business_days',
  'runs',
  'run_sends',
  'run_members',
  'customer_emails',
  'sku_holders',
  'sku_waits',
] as const;

/**
 * Of each open delivery's hundred: kind, target and share. The same record may go to both systems.
 */
const shares =
  `(VALUES ('qbo', 'order', 60), ('qbo', 'customer', 10), ('qbo', 'product', 10), ('woo', ` +
  `'product', 10), ('woo', 'inventory', 10)) AS share(system, kind, percent)`;
const size = 'CASE WHEN t = 1 THEN 1000 ELSE 1 END';

const statements = [
  `INSERT INTO tenants (tenant_id, name, time_zone, currency, country)
   SELECT 'tenant-' || n, 'Tenant', 'UTC', 'USD', 'US' FROM generate_series(1, 1001) n`,
  'INSERT INTO tenant_intake (tenant, last_pos, changes_in) SELECT id, 100000, 100000 FROM tenants',
  'INSERT INTO tenant_absorb (tenant, absorbed_pos, absorbed) SELECT id, 100000, 100000 ' +
    'FROM tenants',
  `INSERT INTO lanes_made (tenant, system, made) SELECT id, s, 50
     FROM tenants, unnest(ARRAY['woo', 'qbo']) s`,
  `INSERT INTO lanes (tenant, system) SELECT id, s FROM tenants, unnest(ARRAY['woo', 'qbo']) s`,
  `INSERT INTO connections (tenant, system, address, account, account_key, sealed)
   SELECT id, s, 'x', 'x', 'x', 'x' FROM tenants, unnest(ARRAY['woo', 'qbo']) s`,
  `INSERT INTO api_keys (tenant, hash, role, label)
     SELECT id, sha256((id || 'k' || n)::bytea), 'viewer', 'key'
       FROM tenants, generate_series(1, 3) n`,
  `INSERT INTO audit (tenant, actor, action, subject)
   SELECT t, 'a', 'key.create', 'x' FROM generate_series(1, 30) n, generate_series(1, 1001) t`,
  `INSERT INTO mappings (tenant, kind, key, target_id, changed_by)
   SELECT t, k, k || n, n, 'x' FROM generate_series(1, 1001) t,
     unnest(ARRAY['account', 'tender', 'item']) k, generate_series(1, 5) n`,
  `INSERT INTO mappings (tenant, kind, key, target_id, changed_by)
     SELECT 1, 'item', 'sku' || n, n, 'x' FROM generate_series(1, 20000) n`,
  `INSERT INTO changes (tenant, pos, source, event_id, kind, op, record_id, source_rev,
     occurred_at, body, hash)
   SELECT t, n, 'pos', 'e' || n, 'customer', 'upsert', 'c' || n, 1, now(), '{"name":"x"}',
     sha256('x')
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 100 * ${size}) n`,
  `INSERT INTO change_outcomes (tenant, pos, outcome, code, detail)
   SELECT tenant, pos, 'stale', 'stale', 'x' FROM changes WHERE pos % 10 = 0`,
  `INSERT INTO records (tenant, kind, record_id, rev, source_revs, op, body, origin)
   SELECT t, kind, kind || n, 1, '{"pos":1}', 'present',
     (CASE kind WHEN 'customer' THEN '{"name":"x"}' WHEN 'inventory' THEN '{"places":{}}'
      WHEN 'product' THEN
        '{"sku":"sku' || n || '","name":"x","type":"goods","priceMinor":1,"currency":"USD",' ||
          '"trackStock":true,"status":"active"}'
      ELSE
        '{"number":"1","channel":"pos","businessDate":"2026-11-21","currency":"USD",' ||
          '"pricesIncludeTax":false,"lines":[],"tenders":[],' ||
          '"totals":{"netMinor":0,"taxMinor":0,"totalMinor":0}}'
          END)::json, '{}'
   FROM generate_series(1, 1001) t, ${shares}, LATERAL generate_series(1, percent * ${size}) n
     ON CONFLICT DO NOTHING`,
  `INSERT INTO deliveries (tenant, system, kind, record_id, state, desired_rev, desired_op, due_at)
   SELECT t, system, kind, kind || n, 'waiting', 1, 'present', now() - make_interval(secs => n)
   FROM generate_series(1, 1001) t, ${shares}, LATERAL generate_series(1, percent * ${size}) n`,
  `INSERT INTO deliveries (tenant, system, kind, record_id, state, reason, cause, desired_rev,
     desired_op)
   SELECT t, 'qbo', 'refund', 'refund' || n, CASE n % 3 WHEN 0 THEN 'dead' ELSE 'held' END,
     (ARRAY['DATA', 'direction', 'mapping'])[n % 3 + 1],
       (ARRAY['DATA:1', 'direction', 'mapping:' || n % 50])[n % 3 + 1], 1, 'present'
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 10 * ${size}) n`,
  `INSERT INTO records (tenant, kind, record_id, rev, source_revs, op, body, origin)
   SELECT t, 'refund', 'refund' || n, 1, '{"pos":1}', 'present',
     '{"number":"1","channel":"pos","businessDate":"2026-11-21","currency":"USD","pricesIncludeTax":false,"lines":[],"tenders":[],"restock":true,"totals":{"netMinor":0,"taxMinor":0,"totalMinor":0}}',
       '{}'
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 10 * ${size}) n`,
  `INSERT INTO sale_entries (tenant, kind, record_id, sale_id)
     SELECT t, 'refund', 'refund' || n, 'order' || n
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 10 * ${size}) n`,
  `INSERT INTO deliveries (tenant, system, kind, record_id, part, state, desired_rev,
     delivered_rev, desired_op, remote_id)
   SELECT t, 'qbo', 'order', 'old' || n, 'sale', 'delivered', 1, 1, 'present', n
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 30 * ${size}) n`,
  // Some wait for a customer that is open, some are held until a SKU arrives.
  `UPDATE deliveries d SET waits_for = ARRAY[(SELECT c.id FROM deliveries c
     WHERE c.tenant = 1 AND c.system = 'qbo' AND c.kind = 'customer'
       AND c.record_id = 'customer' || substr(d.record_id, 6) || '0' LIMIT 1)]
   WHERE d.tenant = 1 AND d.system = 'qbo' AND d.kind = 'order' AND d.state = 'waiting'
     AND length(d.record_id) < 9`,
  `INSERT INTO delivery_waits (tenant, system, kind, ref, delivery_id)
     SELECT tenant, 'qbo', 'sku', 'sku' || id % 500, id FROM deliveries WHERE state = 'held'`,
  `INSERT INTO skus (tenant, sku, record_id, slot, code, folded)
     SELECT t, 'sku' || n, 'product' || n, '', 'sku' || n, 'sku' || n
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 10 * ${size}) n`,
  `INSERT INTO sku_holders (tenant, sku, pos, from_at, record_id, slot)
     SELECT t, 'sku' || n, n, now(), 'product' || n, ''
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 10 * ${size}) n`,
  `INSERT INTO sku_waits (tenant, pos, record_id) SELECT t, n, 'product' || n
     FROM generate_series(2, 1001) t, generate_series(1, 3) n`,
  `INSERT INTO customer_emails (tenant, email, record_id)
     SELECT t, 'c' || n || '@example.test', 'customer' || n
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 10 * ${size}) n`,
  `INSERT INTO stock_movements (tenant, source, source_id, line, reason, sku, place, quantity,
     occurred_at)
   SELECT t, 'pos', 'order/' || n, '1', 'sale', 'sku' || n % 1000, 'default', -1, now()
     FROM generate_series(1, 1001) t, LATERAL generate_series(1, 60 * ${size}) n`,
  `INSERT INTO sends (tenant, system, key, lane_token, request, members, state, settled_at)
   SELECT t, 'qbo', encode(sha256((t || 's' || n)::bytea), 'hex'), gen_random_uuid(),
     '{"method":"POST","path":"/","body":""}', '[]',
     CASE WHEN n < 3 THEN 'verifying' ELSE 'settled' END, CASE WHEN n >= 3 THEN now() END
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 10 * ${size}) n`,
  `INSERT INTO journal (tenant, delivery_id, rev, outcome, remote_id)
     SELECT tenant, id, 1, 'accepted', remote_id FROM deliveries WHERE state = 'delivered'`,
  `INSERT INTO business_days (tenant, day, mode) SELECT t, (date '2020-01-01' + n)::text, 'summary'
     FROM generate_series(1, 1001) t, LATERAL generate_series(1, 2 * ${size}) n`,
  // A summary has thirty tickets, each of which came into it twice.
  `INSERT INTO records (tenant, kind, record_id, rev, op, body, origin)
   SELECT t, 'summary', (date '2020-01-01' + n)::text || '/sale', 2, 'present', '{"number":"P"}',
     '{}' FROM generate_series(1, 1001) t, LATERAL generate_series(1, 2 * ${size}) n`,
  `INSERT INTO deliveries (tenant, system, kind, record_id, state, desired_rev, delivered_rev,
     desired_op, remote_id)
   SELECT t, 'qbo', 'summary', (date '2020-01-01' + n)::text || '/sale', 'delivered', 2, 2,
     'present', n FROM generate_series(1, 1001) t, LATERAL generate_series(1, 2 * ${size}) n`,
  `INSERT INTO summary_members (tenant, summary_id, kind, record_id, part, rev, total_minor,
     tax_minor, from_rev, until_rev, is_posted, is_open)
   SELECT t, (date '2020-01-01' + n % (2 * ${size}) + 1)::text || '/sale', 'order', 'order' || n,
     'sale', 1, 1, 0, r, CASE r WHEN 1 THEN 2 END, r = 2, n % 10 = 0
   FROM generate_series(1, 1001) t, LATERAL generate_series(1, 60 * ${size}) n,
     generate_series(1, 2) r`,
  `INSERT INTO redrives (tenant, id, selector, requested_by, applied_at)
     SELECT t, 'r' || n, '{"all":true}', 'x', now()
       FROM generate_series(1, 1001) t, generate_series(1, 5) n`,
  `INSERT INTO runs (tenant, id, kind, selector, state, requested_by)
     SELECT t, md5(t || 'r' || n)::uuid, 'dry_run',
     '{"systems":["qbo"],"kinds":["customer"],"from":null,"to":null}', CASE n WHEN 1 THEN 'running'
       ELSE 'completed' END, 'x'
   FROM generate_series(1, 1001) t, generate_series(1, 10) n`,
  // Some of what was posted was taken back by a run.
  `UPDATE deliveries SET undone_by = md5(tenant || 'u')::uuid, desired_op = 'absent'
     WHERE state = 'delivered' AND record_id LIKE 'old1%'`,
  `INSERT INTO runs (tenant, id, kind, selector, state, requested_by)
     SELECT t, md5(t || 'u')::uuid, 'undo',
     '{"systems":["qbo"],"kinds":["order"],"from":"2026-11-21","to":"2026-11-21"}', 'running', 'x'
       FROM generate_series(1, 1001) t`,
  `INSERT INTO run_sends (tenant, run, system, no, key, path, body, members)
     SELECT 1, md5('1r' || r)::uuid, 'qbo', n, encode(sha256(''), 'hex'), '/', '', 30
   FROM generate_series(1, 10) r, generate_series(1, 300) n`,
  `INSERT INTO run_members (tenant, run, system, no, kind, record_id, part, revision, outcome)
     SELECT 1, md5('1r' || r)::uuid, 'qbo', n, 'order', 'o', '', 1, 'write'
   FROM generate_series(1, 10) r, generate_series(1, 9000) n`,
];
