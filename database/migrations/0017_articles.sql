-- A SKU is a label: what it named when, and which changes of products wait for one that another product has.

-- The product itself (''), or one of its variants.
ALTER TABLE skus ADD COLUMN slot text NOT NULL DEFAULT '';
COMMENT ON COLUMN skus.slot IS 'Which article of the product: empty for itself, else a short text for the options of a variant.';

CREATE TABLE sku_holders (
  tenant int NOT NULL,
  sku text NOT NULL,
  pos bigint NOT NULL,
  from_at timestamptz NOT NULL,
  record_id text NOT NULL,
  slot text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant, sku, pos)
);
CREATE INDEX sku_holders_by_record ON sku_holders (tenant, record_id);
COMMENT ON TABLE sku_holders IS 'From when on a SKU named a product of the till; it does until the next row of that SKU. Append only.';

INSERT INTO sku_holders (tenant, sku, pos, from_at, record_id)
SELECT tenant, sku, 0, 'epoch', record_id FROM skus WHERE record_id NOT LIKE ' sku:%';

-- A deleted product keeps its SKU until another takes it: so the next one knows who has to give the name up.
WITH gone AS (
  INSERT INTO skus (tenant, sku, record_id, code, folded)
  SELECT DISTINCT ON (r.tenant, r.body ->> 'sku') r.tenant, r.body ->> 'sku', r.record_id, r.body ->> 'sku',
    lower(normalize(btrim(regexp_replace(translate(r.body ->> 'sku', E':\t\r\n', '----'), '\s+', ' ', 'g')), NFC))
  FROM records r WHERE r.kind = 'product' AND r.op = 'absent' AND r.body IS NOT NULL
  ORDER BY r.tenant, r.body ->> 'sku', r.updated_at DESC
  ON CONFLICT DO NOTHING RETURNING tenant, sku, record_id)
INSERT INTO sku_holders (tenant, sku, pos, from_at, record_id) SELECT tenant, sku, 0, 'epoch', record_id FROM gone;

CREATE TABLE sku_waits (
  tenant int NOT NULL,
  pos bigint NOT NULL,
  record_id text NOT NULL,
  PRIMARY KEY (tenant, pos)
);
COMMENT ON TABLE sku_waits IS 'Changes of products that want a SKU of another product; applied when that one lets it go. Their outcome is failed(sku_taken) meanwhile.';
