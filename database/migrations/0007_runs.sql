-- Work that an operator asked for once, with its progress and, of a dry run, what it found.

CREATE TABLE runs (
  tenant int NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('dry_run', 'undo')),
  selector json NOT NULL,
  state text NOT NULL DEFAULT 'requested'
    CHECK (state IN ('requested', 'running', 'completed', 'failed', 'cancelled')),
  requested_by text NOT NULL CHECK (char_length(requested_by) <= 200),
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  done int NOT NULL DEFAULT 0,
  total int,
  progress json NOT NULL DEFAULT '{}',
  detail text CHECK (char_length(detail) <= 2000),
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX runs_open ON runs (tenant, kind) WHERE state IN ('requested', 'running');
CREATE INDEX runs_newest ON runs (tenant, kind, requested_at);
CREATE INDEX runs_running ON runs (requested_at) WHERE state = 'running';
COMMENT ON TABLE runs IS
  'A dry run or an undo: what was asked, how far it is. At most one of a kind is open.';
COMMENT ON COLUMN runs.total IS 'Null until it is known.';
COMMENT ON COLUMN runs.progress IS 'How far it came, for the activity that goes on.';
COMMENT ON COLUMN runs.detail IS 'What it came to, for people.';

CREATE TABLE run_sends (
  tenant int NOT NULL,
  run uuid NOT NULL,
  system text NOT NULL CHECK (system ~ '^[a-z]{2,10}$'),
  no int NOT NULL,
  key text NOT NULL CHECK (key ~ '^[0-9a-f]{64}$'),
  path text NOT NULL,
  body text NOT NULL,
  members int NOT NULL,
  PRIMARY KEY (tenant, run, system, no),
  FOREIGN KEY (tenant, run) REFERENCES runs ON DELETE CASCADE
);
COMMENT ON TABLE run_sends IS 'Of a dry run: the bytes of each request as a send would have them.';

CREATE TABLE run_members (
  tenant int NOT NULL,
  run uuid NOT NULL,
  system text NOT NULL CHECK (system ~ '^[a-z]{2,10}$'),
  no int NOT NULL,
  kind text NOT NULL,
  record_id text NOT NULL,
  part text NOT NULL,
  revision bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('write', 'adopt', 'hold', 'skip', 'wait')),
  -- Of a write: which request it travels in, and what it books.
  send_no int,
  operation text,
  entity text,
  payload json,
  postings json,
  -- Of all others: why.
  reason text CHECK (char_length(reason) <= 100),
  detail text CHECK (char_length(detail) <= 2000),
  PRIMARY KEY (tenant, run, system, no),
  FOREIGN KEY (tenant, run) REFERENCES runs ON DELETE CASCADE
);
COMMENT ON TABLE run_members IS
  'Of a dry run: each delivery that was due, and what composing decided for it.';
