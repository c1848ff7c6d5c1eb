CREATE TABLE former_connections (
  tenant int NOT NULL REFERENCES tenants ON DELETE CASCADE,
  system text NOT NULL CHECK (system ~ '^[a-z]{2,10}$'),
  account text NOT NULL CHECK (char_length(account) BETWEEN 1 AND 200),
  revision int NOT NULL,
  disconnected_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, system)
);
COMMENT ON TABLE former_connections IS
  'The account that a tenant disconnected last, without its credentials: ids and mappings are of '
  'this account, so another one is refused once something was sent.';
