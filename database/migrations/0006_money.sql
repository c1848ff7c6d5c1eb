-- Money beside the sale: who refers to which sale, cash movements, and what more a delivery may wait for.

CREATE TABLE sale_entries (
  tenant int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('refund', 'payment')),
  record_id text NOT NULL,
  sale_id text NOT NULL CHECK (char_length(sale_id) BETWEEN 1 AND 100),
  PRIMARY KEY (tenant, kind, record_id)
);
CREATE INDEX sale_entries_by_sale ON sale_entries (tenant, sale_id, kind, record_id);
COMMENT ON TABLE sale_entries IS 'Refunds, payments and deposits by the record id of the order or invoice that they name. A table of its own: an index over bodies would make every update of a record write all its indexes.';

INSERT INTO sale_entries (tenant, kind, record_id, sale_id)
  SELECT tenant, kind, record_id, coalesce(body ->> 'orderId', body ->> 'invoiceId') FROM records
  WHERE kind IN ('refund', 'payment') AND op = 'present' AND coalesce(body ->> 'orderId', body ->> 'invoiceId') IS NOT NULL;

ALTER TABLE delivery_waits DROP CONSTRAINT delivery_waits_kind_check,
  ADD CONSTRAINT delivery_waits_kind_check CHECK (kind IN ('sku', 'customer', 'order', 'refund', 'invoice', 'payment'));
ALTER TABLE changes DROP CONSTRAINT changes_kind_check,
  ADD CONSTRAINT changes_kind_check CHECK (kind IN ('customer', 'product', 'inventory', 'order', 'refund', 'invoice', 'payment', 'payout', 'cash'));
