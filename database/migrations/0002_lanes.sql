-- The hot counters of a tenant and its lanes: one row per writer, so that nobody waits for a row
-- that somebody else writes (architecture.md#where-state-lives). And who works.

CREATE TABLE tenant_intake (
  tenant int PRIMARY KEY,
  queue_bound bigint NOT NULL DEFAULT 100000 CHECK (queue_bound > 0),
  last_pos bigint NOT NULL DEFAULT 0,
  changes_in bigint NOT NULL DEFAULT 0,
  is_wake_pending boolean NOT NULL DEFAULT false,
  woken_at timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 50);
COMMENT ON TABLE tenant_intake IS
  'Written by intake: last position, changes received, and the wake flag with its time (cleared by '
  'absorb).';

CREATE TABLE tenant_absorb (
  tenant int PRIMARY KEY,
  absorbed_pos bigint NOT NULL DEFAULT 0,
  absorbed bigint NOT NULL DEFAULT 0,
  progressed_at timestamptz NOT NULL DEFAULT now(),
  trouble text CHECK (char_length(trouble) <= 500),
  trouble_since timestamptz
) WITH (fillfactor = 50);
COMMENT ON TABLE tenant_absorb IS
  'Written by absorb only: its cursor, which is also its fence, and how many changes it took.';
COMMENT ON COLUMN tenant_absorb.trouble IS
  'Why absorbing failed the last time; null after it went on.';

CREATE TABLE lanes_made (
  tenant int NOT NULL,
  system text NOT NULL CHECK (system ~ '^[a-z]{2,10}$'),
  made bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, system)
) WITH (fillfactor = 50);
COMMENT ON TABLE lanes_made IS
  'Written by absorb only: deliveries that it opened less those that it closed, per lane.';

CREATE TABLE lanes (
  tenant int NOT NULL,
  system text NOT NULL CHECK (system ~ '^[a-z]{2,10}$'),
  token uuid,
  lease_until timestamptz,
  is_paused boolean NOT NULL DEFAULT false,
  is_isolated boolean NOT NULL DEFAULT false,
  needs_auth boolean NOT NULL DEFAULT false,
  needs_auth_reason text CHECK (char_length(needs_auth_reason) <= 500),
  needs_auth_since timestamptz,
  breaker json NOT NULL DEFAULT '{"kind":"closed"}',
  budget json NOT NULL DEFAULT '{}',
  wait_reason text CHECK (char_length(wait_reason) <= 500),
  batch_max smallint CHECK (batch_max > 0),
  batch_max_until timestamptz,
  settled bigint NOT NULL DEFAULT 0,
  progressed_at timestamptz NOT NULL DEFAULT now(),
  trouble text CHECK (char_length(trouble) <= 500),
  trouble_since timestamptz,
  PRIMARY KEY (tenant, system)
) WITH (fillfactor = 50);
COMMENT ON TABLE lanes IS
  'One lane: the lease of whoever calls the vendor now, its rate budget, deliveries it closed less '
  'those it opened, and what operators set.';
COMMENT ON COLUMN lanes.wait_reason IS
  'What the vendor said when it asked for the wait that stands in the budget as `notBefore`.';
COMMENT ON COLUMN lanes.batch_max IS
  'Most members of a send since the vendor refused more of them for their size.';
COMMENT ON COLUMN lanes.trouble IS
  'Why the last turn failed through no fault of the vendor''s; null after a turn that ended well.';

CREATE TABLE workers (
  id uuid PRIMARY KEY,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE workers IS 'A worker process and when it last said that it lives.';
