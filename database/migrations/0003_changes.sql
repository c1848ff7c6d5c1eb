-- The inbox: facts as received, what became of them, and the function that takes them in.

CREATE TABLE changes (
  tenant int NOT NULL,
  pos bigint NOT NULL,
  source text NOT NULL CHECK (source ~ '^[a-z]{2,10}$'),
  event_id text NOT NULL CHECK (char_length(event_id) BETWEEN 1 AND 100),
  kind text NOT NULL CHECK (kind IN (
    'customer', 'product', 'inventory', 'order', 'refund', 'invoice', 'payment', 'payout', 'cash'
  )),
  op text NOT NULL CHECK (op IN ('upsert', 'delete')),
  record_id text NOT NULL CHECK (char_length(record_id) BETWEEN 1 AND 100),
  source_rev bigint,
  remote_id text CHECK (char_length(remote_id) <= 200),
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  body json,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE UNIQUE INDEX changes_event ON changes (tenant, source, event_id);
CREATE UNIQUE INDEX changes_pos ON changes (tenant, pos);
CREATE INDEX changes_by_record ON changes (tenant, kind, record_id, pos);
COMMENT ON TABLE changes IS
  'A fact as received, never updated. Its position comes from tenant_intake, in order of commit.';
COMMENT ON COLUMN changes.source_rev IS
  'Its revision as its source counts; compared with others of that source only.';
COMMENT ON COLUMN changes.remote_id IS
  'What the system that it comes from calls the thing; null of the POS, whose ids are the records''.';

CREATE TABLE change_outcomes (
  tenant int NOT NULL,
  pos bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('stale', 'failed', 'ignored', 'conflict')),
  code text NOT NULL CHECK (char_length(code) <= 100),
  detail text NOT NULL CHECK (char_length(detail) <= 2000),
  at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolution text CHECK (char_length(resolution) <= 500),
  PRIMARY KEY (tenant, pos)
);
CREATE INDEX change_outcomes_open ON change_outcomes (tenant, pos)
  WHERE outcome = 'failed' AND resolved_at IS NULL;
CREATE INDEX change_outcomes_stale ON change_outcomes (tenant, at) WHERE outcome = 'stale';
COMMENT ON TABLE change_outcomes IS 'Only for changes that were not simply applied.';
COMMENT ON COLUMN change_outcomes.resolved_at IS
  'Of a failed one: a later change of its record was applied, or an operator discarded it.';

CREATE TABLE sku_waits (
  tenant int NOT NULL,
  pos bigint NOT NULL,
  record_id text NOT NULL,
  PRIMARY KEY (tenant, pos)
);
COMMENT ON TABLE sku_waits IS
  'Changes of products that want a SKU of another product; applied when that one lets it go. Their '
  'outcome is failed(sku_taken) meanwhile.';

-- Intake: one round trip per request. Locks the tenant's counter row, so the bound is exact and
-- positions follow the order of commit; inserts what is new; answers the wake test
-- (postgres.md#intake).
CREATE FUNCTION intake(
  p_tenant int, p_source text, p_items json, p_revisions json,
  OUT accepted int, OUT should_wake boolean, OUT depth bigint, OUT bound bigint,
  OUT repeats text[], OUT reused text[], OUT stale text[]
) LANGUAGE plpgsql AS $$
DECLARE
  t tenant_intake;
  n int;
  size int := json_array_length(p_items);
BEGIN
  SELECT * INTO STRICT t FROM tenant_intake WHERE tenant = p_tenant FOR NO KEY UPDATE;
  bound := t.queue_bound;
  depth := t.changes_in - (SELECT absorbed FROM tenant_absorb WHERE tenant = p_tenant)
    + (SELECT coalesce(max(m.made - l.settled), 0) FROM lanes_made m
       JOIN lanes l ON l.tenant = m.tenant AND l.system = m.system WHERE m.tenant = p_tenant);
  IF depth + size > t.queue_bound THEN
    -- Near the bound only: repeats cost no room, so count what is new before anything is written.
    SELECT count(*) INTO n FROM json_to_recordset(p_items) AS i(id text)
      WHERE (SELECT 1 FROM changes c
             WHERE c.tenant = p_tenant AND c.source = p_source AND c.event_id = i.id) IS NULL;
    IF n > 0 AND depth + n > t.queue_bound THEN
      RAISE EXCEPTION 'queue_full'
        USING ERRCODE = 'TS429', DETAIL = depth::text, HINT = t.queue_bound::text;
    END IF;
  END IF;
  INSERT INTO changes
      (tenant, pos, source, event_id, kind, op, record_id, source_rev, remote_id, occurred_at, body,
       hash)
    SELECT p_tenant, t.last_pos + row_number() OVER (), p_source, i.id, i.kind, i.op, i.record,
      i.rev, i.remote, i.at, i.body, decode(i.hash, 'hex')
    FROM json_to_recordset(p_items) AS i(id text, kind text, op text, record text, rev bigint,
      remote text, at timestamptz, body json, hash text)
    ON CONFLICT (tenant, source, event_id) DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  accepted := n;
  depth := depth + n;
  should_wake := n > 0 AND (NOT t.is_wake_pending OR t.woken_at < now() - interval '5 seconds');
  IF n > 0 THEN
    UPDATE tenant_intake
      SET changes_in = changes_in + n, last_pos = last_pos + size, is_wake_pending = true,
        woken_at = CASE WHEN should_wake THEN now() ELSE woken_at END
      WHERE tenant = p_tenant;
  END IF;
  -- Ids of changes whose record stands at their revision of this source or above already: they
  -- change nothing.
  SELECT array_agg(k.i) INTO stale
    FROM json_to_recordset(p_revisions) AS k(i text, k text, r text, v bigint)
    WHERE (SELECT (source_revs ->> p_source)::bigint FROM records
           WHERE tenant = p_tenant AND kind = k.k AND record_id = k.r) >= k.v;
  IF n < size THEN
    SELECT array_agg(x.id) FILTER (WHERE x.known = x.hash),
        array_agg(x.id) FILTER (WHERE x.known <> x.hash)
      INTO repeats, reused
      FROM (SELECT i.id, decode(i.hash, 'hex') AS hash,
              (SELECT c.hash FROM changes c
               WHERE c.tenant = p_tenant AND c.source = p_source AND c.event_id = i.id
                 AND c.pos <= t.last_pos) AS known
            FROM json_to_recordset(p_items) AS i(id text, hash text) OFFSET 0) x;
  END IF;
END $$;
