-- What each system should have and has, every write that left, and what people asked to be
-- repeated.

CREATE TABLE deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant int NOT NULL,
  system text NOT NULL CHECK (system ~ '^[a-z]{2,10}$'),
  kind text NOT NULL,
  record_id text NOT NULL,
  part text NOT NULL DEFAULT '' CHECK (char_length(part) <= 20),
  state text NOT NULL CHECK (state IN
    ('waiting', 'sending', 'verifying', 'delivered', 'held', 'dead', 'skipped')),
  reason text CHECK (char_length(reason) <= 100),
  cause text CHECK (char_length(cause) <= 300),
  detail text CHECK (char_length(detail) <= 2000),
  desired_rev bigint NOT NULL,
  desired_op text NOT NULL CHECK (desired_op IN ('present', 'absent')),
  sent_rev bigint,
  delivered_rev bigint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts int NOT NULL DEFAULT 0,
  generation int NOT NULL DEFAULT 1,
  shown_generation int NOT NULL DEFAULT 0,
  last_class text CHECK (char_length(last_class) <= 50),
  waits_for bigint[],
  send_id bigint,
  send_max smallint CHECK (send_max > 0),
  remote_id text CHECK (char_length(remote_id) <= 200),
  remote_version text CHECK (char_length(remote_version) <= 200),
  label text COLLATE "C" CHECK (char_length(label) <= 400),
  is_linked boolean NOT NULL DEFAULT false,
  same_as bigint,
  snapshot json,
  undone_by uuid,
  changed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX deliveries_thing ON deliveries (tenant, system, kind, record_id, part);
CREATE UNIQUE INDEX deliveries_remote ON deliveries (tenant, system, kind, remote_id)
  WHERE remote_id IS NOT NULL AND kind IN ('customer', 'product', 'inventory');
CREATE INDEX deliveries_by_label ON deliveries (tenant, system, label) WHERE label IS NOT NULL;
CREATE INDEX deliveries_due ON deliveries (tenant, system, kind, due_at, id)
  WHERE state = 'waiting';
CREATE INDEX deliveries_in_flight ON deliveries (tenant, system, state)
  WHERE state IN ('sending', 'verifying');
CREATE INDEX deliveries_failed ON deliveries (tenant, id) WHERE state IN ('held', 'dead');
CREATE INDEX deliveries_causes ON deliveries (tenant, system, state, reason, cause, kind)
  WHERE state IN ('held', 'dead');
CREATE INDEX deliveries_shown ON deliveries (id) WHERE shown_generation > 0;
CREATE INDEX deliveries_undone ON deliveries (tenant, undone_by, state)
  WHERE undone_by IS NOT NULL;
COMMENT ON TABLE deliveries IS
  'Record x system x part: the revision that system should have and the one it has. Work to do = '
  'where they differ. A thing of a system belongs to one record of a tenant.';
COMMENT ON COLUMN deliveries.reason IS 'Why it is held, dead or skipped.';
COMMENT ON COLUMN deliveries.cause IS 'Groups equal reasons.';
COMMENT ON COLUMN deliveries.detail IS 'The reason for a person.';
COMMENT ON COLUMN deliveries.shown_generation IS
  'Generation for which a failed repair workflow was shown to operators.';
COMMENT ON COLUMN deliveries.waits_for IS
  'Deliveries of this lane without remote id that it refers to; null where it refers to none.';
COMMENT ON COLUMN deliveries.send_max IS
  'Most members of a send that carries it; null where the settings alone decide.';
COMMENT ON COLUMN deliveries.label IS
  'What the system calls it, as it compares names; null where a person gave the name, or none has '
  'to be unique.';
COMMENT ON COLUMN deliveries.same_as IS
  'The delivery that has this record''s thing since: a customer of the till that took over what '
  'was made for a guest.';
COMMENT ON COLUMN deliveries.undone_by IS
  'The run that took it back; null where none did, or where a change or a redrive wanted it since.';

CREATE TABLE delivery_waits (
  tenant int NOT NULL,
  system text NOT NULL,
  kind text NOT NULL
    CHECK (kind IN ('sku', 'customer', 'product', 'order', 'refund', 'invoice', 'payment')),
  ref text NOT NULL,
  delivery_id bigint NOT NULL,
  PRIMARY KEY (tenant, system, kind, ref, delivery_id)
);
COMMENT ON TABLE delivery_waits IS
  'Only for held(dependency): what it waits for, read when that is delivered. A product may wait '
  'until another one has let its name go.';

CREATE TABLE sends (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant int NOT NULL,
  system text NOT NULL,
  key text NOT NULL CHECK (key ~ '^[0-9a-f]{64}$'),
  lane_token uuid NOT NULL,
  request json CHECK (request IS NOT NULL OR state = 'settled'),
  members json NOT NULL,
  state text NOT NULL CHECK (state IN ('sending', 'verifying', 'not_executed', 'settled')),
  tries int NOT NULL DEFAULT 1,
  asks int NOT NULL DEFAULT 0,
  first_sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  let_go_at timestamptz,
  due_at timestamptz NOT NULL DEFAULT now(),
  outcome text CHECK (char_length(outcome) <= 2000),
  settled_at timestamptz,
  UNIQUE (tenant, system, key)
);
CREATE INDEX sends_open ON sends (tenant, system, state, due_at)
  WHERE state IN ('sending', 'verifying');
CREATE INDEX sends_kept ON sends (settled_at) WHERE state = 'settled' AND request IS NOT NULL;
COMMENT ON TABLE sends IS
  'One vendor write: exact bytes, ordered members, key. Committed before the first byte leaves; '
  'bytes and key never change.';
COMMENT ON COLUMN sends.request IS
  'The bytes; null where they were dropped, long after it was settled.';

CREATE TABLE journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant int NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  delivery_id bigint NOT NULL,
  send_id bigint,
  rev bigint NOT NULL,
  outcome text NOT NULL CHECK (char_length(outcome) <= 50),
  remote_id text,
  remote_version text,
  detail text CHECK (char_length(detail) <= 2000)
);
CREATE INDEX journal_by_delivery ON journal (tenant, delivery_id, id);
CREATE INDEX journal_by_remote ON journal (tenant, remote_id, delivery_id)
  WHERE remote_id IS NOT NULL;
COMMENT ON TABLE journal IS 'One settled write and its outcome; append only.';

CREATE TABLE redrives (
  tenant int NOT NULL,
  id text NOT NULL CHECK (char_length(id) BETWEEN 1 AND 64),
  selector json NOT NULL,
  requested_by text NOT NULL CHECK (char_length(requested_by) <= 200),
  requested_at timestamptz NOT NULL DEFAULT now(),
  applied_at timestamptz,
  redriven int,
  refused text CHECK (char_length(refused) <= 500),
  PRIMARY KEY (tenant, id)
);
CREATE INDEX redrives_open ON redrives (tenant) WHERE applied_at IS NULL;
COMMENT ON TABLE redrives IS
  'What an operator asked to try again: ids, a cause, or all. Applied once, by the absorb loop.';
COMMENT ON COLUMN redrives.refused IS
  'Why the request could never be applied: it is given up and not asked for again.';
