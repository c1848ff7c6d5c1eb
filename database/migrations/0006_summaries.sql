-- Daily summaries: which mode a business day has, and which tickets went into which summary.

CREATE TABLE business_days (
  tenant int NOT NULL,
  day text NOT NULL CHECK (char_length(day) = 10),
  mode text NOT NULL CHECK (mode IN ('perOrder', 'summary')),
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, day)
);
COMMENT ON TABLE business_days IS
  'The one mode of a business day, fixed for ever by its first ticket: a sale is in the books by '
  'itself or in a summary, never both.';

CREATE TABLE summary_numbers (
  tenant int NOT NULL,
  number text NOT NULL CHECK (char_length(number) <= 21),
  summary_id text NOT NULL,
  PRIMARY KEY (tenant, number)
);
COMMENT ON TABLE summary_numbers IS
  'Which summary has a number: the first of a day and tender gets the plain one.';

CREATE TABLE summary_members (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant int NOT NULL,
  summary_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('order', 'refund')),
  record_id text NOT NULL,
  part text NOT NULL CHECK (char_length(part) <= 20),
  rev bigint NOT NULL,
  total_minor bigint NOT NULL,
  tax_minor bigint NOT NULL,
  from_rev bigint NOT NULL,
  until_rev bigint CHECK (until_rev > from_rev),
  is_posted boolean NOT NULL DEFAULT false,
  is_open boolean NOT NULL DEFAULT true
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX summary_members_live
  ON summary_members (tenant, summary_id, kind, record_id, part) WHERE until_rev IS NULL;
CREATE INDEX summary_members_by_ticket ON summary_members (tenant, kind, record_id);
CREATE INDEX summary_members_open ON summary_members (tenant, summary_id) WHERE is_open;
COMMENT ON TABLE summary_members IS
  'Which revision of a ticket is in which revisions of a summary, with which share. Rows of the '
  'past stay.';
COMMENT ON COLUMN summary_members.rev IS 'Of the ticket.';
COMMENT ON COLUMN summary_members.from_rev IS 'The first revision of the summary that has it.';
COMMENT ON COLUMN summary_members.until_rev IS
  'The first revision of the summary that no longer has it; null: the newest has it.';
COMMENT ON COLUMN summary_members.is_posted IS 'Whether the document in the books has it now.';
COMMENT ON COLUMN summary_members.is_open IS 'Whether is_posted is still to change.';
