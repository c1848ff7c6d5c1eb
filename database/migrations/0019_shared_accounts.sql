-- Two tenants that connect one store or company write into the same things: refused unless an admin says so.

ALTER TABLE connections ADD COLUMN account_key text COLLATE "C" NOT NULL DEFAULT '' CHECK (char_length(account_key) <= 200);
UPDATE connections SET account_key = CASE system WHEN 'woo'
  THEN regexp_replace(regexp_replace(lower(account), '^https?://(www\.)?', ''), '(:80|:443)?/*$', '') ELSE account END;
CREATE INDEX connections_by_account ON connections (system, account_key);
COMMENT ON COLUMN connections.account_key IS 'The account however it was written: of a store without scheme, www and case.';
