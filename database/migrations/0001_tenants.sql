-- Tenants: who they are, who may do what, what they asked for, and what they are connected to.

CREATE TABLE tenants (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text NOT NULL UNIQUE CHECK (char_length(tenant_id) BETWEEN 3 AND 63),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  time_zone text NOT NULL CHECK (char_length(time_zone) BETWEEN 1 AND 64),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tenants IS
  'A business. `id` stands in every other table, the public `tenant_id` only here.';

CREATE TABLE api_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant int NOT NULL REFERENCES tenants ON DELETE CASCADE,
  hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
  role text NOT NULL CHECK (role IN ('pos', 'viewer', 'operator', 'admin')),
  label text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at);
COMMENT ON TABLE api_keys IS 'SHA-256 of a key; the key itself is shown once and never stored.';

CREATE TABLE settings (
  tenant int NOT NULL REFERENCES tenants ON DELETE CASCADE,
  part text NOT NULL CHECK (part IN ('direction', 'deletePolicy', 'sync', 'posting')),
  rev int NOT NULL CHECK (rev > 0),
  request_id text NOT NULL CHECK (char_length(request_id) BETWEEN 1 AND 64),
  value json NOT NULL,
  catch_up boolean,
  requested_by text NOT NULL CHECK (char_length(requested_by) <= 200),
  requested_at timestamptz NOT NULL DEFAULT now(),
  in_force_at timestamptz,
  superseded_at timestamptz,
  pending_moves json,
  refused text CHECK (char_length(refused) <= 500),
  PRIMARY KEY (tenant, part, rev),
  UNIQUE (tenant, part, request_id)
);
CREATE UNIQUE INDEX settings_in_force ON settings (tenant, part)
  WHERE in_force_at IS NOT NULL AND superseded_at IS NULL;
CREATE INDEX settings_requested ON settings (tenant)
  WHERE in_force_at IS NULL AND superseded_at IS NULL;
CREATE INDEX settings_moving ON settings (tenant) WHERE pending_moves IS NOT NULL;
COMMENT ON TABLE settings IS
  'One request of one part. The newest is brought in force by the tenant''s workflow; older ones '
  'are superseded.';
COMMENT ON COLUMN settings.catch_up IS
  'For direction: whether documents that were kept back are sent; null where nobody decided.';
COMMENT ON COLUMN settings.pending_moves IS
  'Deliveries that still have to follow a request that is in force: moved in slices.';
COMMENT ON COLUMN settings.refused IS
  'Why the request could never be applied: it is given up and not asked for again.';

CREATE TABLE mappings (
  tenant int NOT NULL REFERENCES tenants ON DELETE CASCADE,
  kind text NOT NULL
    CHECK (kind IN ('account', 'tender', 'item', 'taxCode', 'location', 'class')),
  key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 250),
  target_id text NOT NULL CHECK (char_length(target_id) BETWEEN 1 AND 100),
  target_name text CHECK (char_length(target_name) <= 500),
  version int NOT NULL DEFAULT 1,
  changed_by text NOT NULL CHECK (char_length(changed_by) <= 200),
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, kind, key)
);
CREATE INDEX mappings_special ON mappings (tenant, key) WHERE kind = 'item' AND key LIKE '@%';
COMMENT ON TABLE mappings IS 'What a source key means in the tenant''s books.';
COMMENT ON COLUMN mappings.key IS
  'Made of names of the POS, each of up to 100 characters: `clearing:` and a tender, or several '
  'tax codes. With `mapping_missing:` and the kind in front it still fits the cause of a hold.';

CREATE TABLE connections (
  tenant int NOT NULL REFERENCES tenants ON DELETE CASCADE,
  system text NOT NULL CHECK (system ~ '^[a-z]{2,10}$'),
  address text NOT NULL CHECK (char_length(address) BETWEEN 1 AND 500),
  account text NOT NULL CHECK (char_length(account) BETWEEN 1 AND 200),
  account_key text COLLATE "C" NOT NULL CHECK (char_length(account_key) <= 200),
  sealed text NOT NULL CHECK (char_length(sealed) <= 20000),
  facts json,
  facts_at timestamptz,
  revision int NOT NULL DEFAULT 1,
  connected_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, system)
);
CREATE INDEX connections_by_account ON connections (system, account_key);
COMMENT ON TABLE connections IS
  'One vendor account: address, store or realm (`account`), sealed credentials, cached vendor '
  'facts.';
COMMENT ON COLUMN connections.account_key IS
  'The account however it was written: of a store without scheme, www and case. Two tenants that '
  'connect one account write into the same things: refused unless an admin says so.';

CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant int NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL CHECK (char_length(actor) <= 200),
  action text NOT NULL CHECK (char_length(action) <= 100),
  subject text NOT NULL CHECK (char_length(subject) <= 500),
  detail json NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_tenant ON audit (tenant, id);
COMMENT ON TABLE audit IS 'Who changed what. No secret, no personal data.';
