-- What payouts charge back is found like what they list; and what the books have of a refund or
-- payment that names another sale by now rests on the former one.

INSERT INTO payout_entries (tenant, payout_id, kind, record_id)
  SELECT DISTINCT r.tenant, r.record_id, e.kind, e."recordId" FROM records r
  CROSS JOIN LATERAL json_to_recordset(r.body -> 'chargebacks') AS e(kind text, "recordId" text)
  WHERE r.kind = 'payout' AND r.body -> 'chargebacks' IS NOT NULL
ON CONFLICT DO NOTHING;
COMMENT ON TABLE payout_entries IS
  'Orders, refunds, invoices and payments by the payouts that list them or charge them back. '
  'Amounts stand in the records.';

ALTER TABLE sale_entries ADD COLUMN left_sale_id text, ADD COLUMN left_rev bigint;
CREATE INDEX sale_entries_left ON sale_entries (tenant, left_sale_id, kind, record_id)
  WHERE left_sale_id IS NOT NULL;
COMMENT ON COLUMN sale_entries.left_sale_id IS
  'The sale that it named before, where something of it was in the books then.';
COMMENT ON COLUMN sale_entries.left_rev IS
  'The revision of the record that left it: deliveries that came before that one count there.';
