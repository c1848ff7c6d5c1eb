DROP FUNCTION intake(int, json);

-- Intake: one round trip per request. Locks the tenant's counter row, so the bound is exact and positions
-- follow the order of commit; inserts what is new; answers the wake test. postgres.md section 3.
CREATE FUNCTION intake(p_tenant int, p_items json, p_revisions json, OUT accepted int, OUT should_wake boolean,
  OUT depth bigint, OUT bound bigint, OUT repeats text[], OUT reused text[], OUT stale text[]) LANGUAGE plpgsql AS $$
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
      WHERE (SELECT 1 FROM changes c WHERE c.tenant = p_tenant AND c.source = 'pos' AND c.event_id = i.id) IS NULL;
    IF n > 0 AND depth + n > t.queue_bound THEN
      RAISE EXCEPTION 'queue_full' USING ERRCODE = 'TS429', DETAIL = depth::text, HINT = t.queue_bound::text;
    END IF;
  END IF;
  INSERT INTO changes (tenant, pos, event_id, kind, op, record_id, source_rev, occurred_at, body, hash)
    SELECT p_tenant, t.last_pos + row_number() OVER (), i.id, i.kind, i.op, i.record, i.rev, i.at, i.body, decode(i.hash, 'hex')
    FROM json_to_recordset(p_items) AS i(id text, kind text, op text, record text, rev bigint, at timestamptz, body json, hash text)
    ON CONFLICT (tenant, source, event_id) DO NOTHING;
  GET DIAGNOSTICS n = ROW_COUNT;
  accepted := n;
  depth := depth + n;
  should_wake := n > 0 AND (NOT t.is_wake_pending OR t.woken_at < now() - interval '5 seconds');
  IF n > 0 THEN
    UPDATE tenant_intake SET changes_in = changes_in + n, last_pos = last_pos + size, is_wake_pending = true,
      woken_at = CASE WHEN should_wake THEN now() ELSE woken_at END WHERE tenant = p_tenant;
  END IF;
  -- Ids of changes whose record stands at their revision or above already: they will change nothing.
  SELECT array_agg(k.i) INTO stale FROM json_to_recordset(p_revisions) AS k(i text, k text, r text, v bigint)
    WHERE (SELECT source_rev FROM records WHERE tenant = p_tenant AND kind = k.k AND record_id = k.r) >= k.v;
  IF n < size THEN
    SELECT array_agg(x.id) FILTER (WHERE x.known = x.hash), array_agg(x.id) FILTER (WHERE x.known <> x.hash) INTO repeats, reused
    FROM (SELECT i.id, decode(i.hash, 'hex') AS hash,
            (SELECT c.hash FROM changes c WHERE c.tenant = p_tenant AND c.source = 'pos' AND c.event_id = i.id AND c.pos <= t.last_pos) AS known
          FROM json_to_recordset(p_items) AS i(id text, hash text) OFFSET 0) x;
  END IF;
END $$;
