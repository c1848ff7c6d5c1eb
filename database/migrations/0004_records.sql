-- What is true now, and what is looked up in it. These tables stand beside the records: an index
-- over bodies would be written with every change of a record, stock included.

CREATE TABLE records (
  tenant int NOT NULL,
  kind text NOT NULL,
  record_id text NOT NULL,
  rev bigint NOT NULL CHECK (rev > 0),
  source_revs json NOT NULL DEFAULT '{}',
  op text NOT NULL CHECK (op IN ('present', 'absent')),
  body json CHECK (body IS NOT NULL OR op = 'absent'),
  origin json NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, kind, record_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE records IS
  'What is true now of one thing. rev is ours and rises with every change.';
COMMENT ON COLUMN records.source_revs IS
  'The newest revision of each sender, by its system: what is older of the same sender is stale.';

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
  source text NOT NULL CHECK (source ~ '^[a-z]{2,10}$'),
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
COMMENT ON COLUMN stock_movements.source IS 'The system in which it happened.';

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
  left_sale_id text,
  left_rev bigint,
  PRIMARY KEY (tenant, kind, record_id)
);
CREATE INDEX sale_entries_by_sale ON sale_entries (tenant, sale_id, kind, record_id);
CREATE INDEX sale_entries_left ON sale_entries (tenant, left_sale_id, kind, record_id)
  WHERE left_sale_id IS NOT NULL;
COMMENT ON TABLE sale_entries IS
  'Refunds, payments and deposits by the record id of the order or invoice that they name.';
COMMENT ON COLUMN sale_entries.left_sale_id IS
  'The sale that it named before, where something of it was in the books then.';
COMMENT ON COLUMN sale_entries.left_rev IS
  'The revision of the record that left it: deliveries that came before that one count there.';

CREATE TABLE payout_entries (
  tenant int NOT NULL,
  payout_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('order', 'refund', 'invoice', 'payment')),
  record_id text NOT NULL,
  PRIMARY KEY (tenant, payout_id, kind, record_id)
);
CREATE INDEX payout_entries_by_thing ON payout_entries (tenant, kind, record_id, payout_id);
COMMENT ON TABLE payout_entries IS
  'Orders, refunds, invoices and payments by the payouts that list them or charge them back: a '
  'sale is paid out once, and a payout is looked at again when what it lists changes. Amounts '
  'stand in the records.';
