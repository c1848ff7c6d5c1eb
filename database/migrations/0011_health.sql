-- What stands still is seen: why a turn or absorbing fails, which changes failed, who works.

ALTER TABLE lanes
  ADD trouble text CHECK (char_length(trouble) <= 500),
  ADD trouble_since timestamptz;
COMMENT ON COLUMN lanes.trouble IS 'Why the last turn failed through no fault of the vendor''s; null after a turn that ended well.';

ALTER TABLE tenant_absorb
  ADD trouble text CHECK (char_length(trouble) <= 500),
  ADD trouble_since timestamptz;
COMMENT ON COLUMN tenant_absorb.trouble IS 'Why absorbing failed the last time; null after it went on.';

ALTER TABLE change_outcomes
  ADD at timestamptz NOT NULL DEFAULT now(),
  ADD resolved_at timestamptz,
  ADD resolution text CHECK (char_length(resolution) <= 500);
CREATE INDEX change_outcomes_open ON change_outcomes (tenant, pos) WHERE outcome = 'failed' AND resolved_at IS NULL;
CREATE INDEX change_outcomes_stale ON change_outcomes (tenant, at) WHERE outcome = 'stale';
COMMENT ON COLUMN change_outcomes.resolved_at IS 'Of a failed one: a later change of its record was applied, or an operator discarded it.';

CREATE TABLE workers (
  id uuid PRIMARY KEY,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE workers IS 'A worker process and when it last said that it lives.';

ALTER TABLE settings
  ADD pending_moves json,
  ADD refused text CHECK (char_length(refused) <= 500);
CREATE INDEX settings_moving ON settings (tenant) WHERE pending_moves IS NOT NULL;
COMMENT ON COLUMN settings.pending_moves IS 'Deliveries that still have to follow a request that is in force: moved in slices.';
COMMENT ON COLUMN settings.refused IS 'Why the request could never be applied: it is given up and not asked for again.';

CREATE INDEX runs_running ON runs (requested_at) WHERE state = 'running';

ALTER TABLE redrives ADD refused text CHECK (char_length(refused) <= 500);
COMMENT ON COLUMN redrives.refused IS 'Why the request could never be applied: it is given up and not asked for again.';

CREATE INDEX deliveries_shown ON deliveries (id) WHERE shown_generation > 0;
