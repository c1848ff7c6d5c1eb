-- Which payouts list which sale: a sale is paid out once, and a payout is looked at again when what it lists changes.

CREATE TABLE payout_entries (
  tenant int NOT NULL,
  payout_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('order', 'refund', 'invoice', 'payment')),
  record_id text NOT NULL,
  PRIMARY KEY (tenant, payout_id, kind, record_id)
);
CREATE INDEX payout_entries_by_thing ON payout_entries (tenant, kind, record_id, payout_id);
COMMENT ON TABLE payout_entries IS 'Orders, refunds, invoices and payments by the payouts that list them. Amounts stand in the records.';

INSERT INTO payout_entries (tenant, payout_id, kind, record_id)
  SELECT DISTINCT r.tenant, r.record_id, e.kind, e."recordId" FROM records r
  CROSS JOIN LATERAL json_to_recordset(r.body -> 'includes') AS e(kind text, "recordId" text)
  WHERE r.kind = 'payout' AND r.body IS NOT NULL;
