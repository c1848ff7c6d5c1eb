-- Customers of the till by their e-mail, for guests who say no more than that (accounting.md 12). A table of its own:
-- an index over the body of records would be written with each of their changes, stock included.

CREATE TABLE customer_emails (
  tenant int NOT NULL,
  -- In lower case; compared exactly.
  email text COLLATE "C" NOT NULL CHECK (char_length(email) BETWEEN 1 AND 100),
  record_id text NOT NULL,
  PRIMARY KEY (tenant, email, record_id)
);
CREATE INDEX customer_emails_by_record ON customer_emails (tenant, record_id);
COMMENT ON TABLE customer_emails IS 'Which customers of the till have an e-mail now; written by absorb. Several may have one, an empty one is none.';

INSERT INTO customer_emails (tenant, email, record_id)
SELECT tenant, lower(btrim(body ->> 'email') COLLATE "C"), record_id FROM records
WHERE kind = 'customer' AND op = 'present' AND btrim(body ->> 'email') <> '' AND char_length(btrim(body ->> 'email')) <= 100;
