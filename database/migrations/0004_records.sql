-- What is true now, and what is looked up in it. These tables stand beside the records: an index
-- over bodies would be written with every change of a record, stock included.

CREATE TABLE records (
  tenant int NOT NULL,
  kind text NOT NULL,
  record_id text NOT NULL,
  rev bigint NOT NULL CHECK (rev > 0),
  source_rev bigint,
  op text NOT NULL CHECK (op IN ('present', 'absent')),
  body json CHECK (body IS NOT NULL OR op = 'absent'),
  origin json NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, kind, record_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE records IS
  'What is true now of one thing. rev is ours and rises with every change; source_rev is the '
  'sender''s and only decides what is stale.';

CREATE TABLE skus (
  tenant int NOT NULL,
  sku text NOT NULL CHECK (char_length(sku) BETWEEN 1 AND 100),
  record_id text NOT NULL,
  slot text NOT NULL,
  code text NOT NULL CHECK (char_length(code) BETWEEN 1 AND 110),
  folded text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, sku),
  UNIQUE (tenant, folded)
);
CREATE INDEX skus_by_record ON skus (tenant, record_id);
COMMENT ON TABLE skus IS
  'Which product owns a SKU, and the code by which systems know it that do not tell case apart '
  '(`folded` is that code as they see it). A code is given once.';
COMMENT ON COLUMN skus.slot IS
  'Which article of the product: empty for itself, else a short text for the options of a variant.';
COMMENT ON COLUMN skus.folded IS
  'In order of bytes, so that the suffixes of a code are one range of its index.';

CREATE TABLE sku_holders (
  tenant int NOT NULL,
  sku text NOT NULL,
  pos bigint NOT NULL,
  from_at timestamptz NOT NULL,
  record_id text NOT NULL,
  slot text NOT NULL,
  PRIMARY KEY (tenant, sku, pos)
);
CREATE INDEX sku_holders_by_record ON sku_holders (tenant, record_id);
COMMENT ON TABLE sku_holders IS
  'From when on a SKU named a product of the till; it does until the next row of that SKU. Append '
  'only.';

CREATE TABLE stock_movements (
  tenant int NOT NULL,
  source text NOT NULL DEFAULT 'pos',
  source_id text NOT NULL,
  line text NOT NULL,
  reason text NOT NULL CHECK
    (reason IN ('sale', 'return', 'receipt', 'damage', 'adjustment', 'transfer', 'count')),
  sku text NOT NULL,
  place text NOT NULL,
  quantity numeric NOT NULL,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, source, source_id, line, reason)
);
CREATE INDEX stock_movements_by_sku ON stock_movements (tenant, sku, place, occurred_at);
COMMENT ON TABLE stock_movements IS
  'One movement (delta) or count (figure, reason count) of one SKU at one place.';

CREATE TABLE customer_emails (
  tenant int NOT NULL,
  email text COLLATE "C" NOT NULL CHECK (char_length(email) BETWEEN 1 AND 100),
  record_id text NOT NULL,
  PRIMARY KEY (tenant, email, record_id)
);
CREATE INDEX customer_emails_by_record ON customer_emails (tenant, record_id);
COMMENT ON TABLE customer_emails IS
  'Which customers of the till have an e-mail now, for guests who say no more than that '
  '(accounting.md#customers); written by absorb. Several may have one, an empty one is none.';
COMMENT ON COLUMN customer_emails.email IS 'In lower case; compared exactly.';

CREATE TABLE sale_entries (
  tenant int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('refund', 'payment')),
  record_id text NOT NULL,
  sale_id text NOT NULL CHECK (char_length(sale_id) BETWEEN 1 AND 100),
  PRIMARY KEY (tenant, kind, record_id)
);
CREATE INDEX sale_entries_by_sale ON sale_entries (tenant, sale_id, kind, record_id);
COMMENT ON TABLE sale_entries IS
  'Refunds, payments and deposits by the record id of the order or invoice that they name.';

CREATE TABLE payout_entries (
  tenant int NOT NULL,
  payout_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('order', 'refund', 'invoice', 'payment')),
  record_id text NOT NULL,
  PRIMARY KEY (tenant, payout_id, kind, record_id)
);
CREATE INDEX payout_entries_by_thing ON payout_entries (tenant, kind, record_id, payout_id);
COMMENT ON TABLE payout_entries IS
  'Orders, refunds, invoices and payments by the payouts that list them: a sale is paid out once, '
  'and a payout is looked at again when what it lists changes. Amounts stand in the records.';
