-- What a payout charges back is found like what it lists: a sale is charged back once.

INSERT INTO payout_entries (tenant, payout_id, kind, record_id)
  SELECT DISTINCT r.tenant, r.record_id, e.kind, e."recordId" FROM records r
  CROSS JOIN LATERAL json_to_recordset(r.body -> 'chargebacks') AS e(kind text, "recordId" text)
  WHERE r.kind = 'payout' AND r.body -> 'chargebacks' IS NOT NULL
ON CONFLICT DO NOTHING;
COMMENT ON TABLE payout_entries IS 'Orders, refunds, invoices and payments by the payouts that list them or charge them back. Amounts stand in the records.';
