-- A thing of a system belongs to one record of a tenant, and the names that must be unique there are known here.

-- What the system calls it, as it compares names; null where a person gave the name, or none has to be unique.
ALTER TABLE deliveries ADD COLUMN label text COLLATE "C" CHECK (char_length(label) <= 400);
UPDATE deliveries SET label = lower(normalize(btrim(regexp_replace(translate(left(
    CASE system WHEN 'woo' THEN snapshot ->> 'sku' ELSE snapshot #>> '{fields,Name}' END, 400), E':\t\r\n', '----'), '\s+', ' ', 'g')), NFC))
WHERE kind = 'product' AND remote_id IS NOT NULL AND snapshot ->> 'isLinked' IS DISTINCT FROM 'true';
CREATE INDEX deliveries_by_label ON deliveries (tenant, system, label) WHERE label IS NOT NULL;

-- The delivery that has this record's thing since: a customer of the till that took over what was made for a guest.
ALTER TABLE deliveries ADD COLUMN same_as bigint;

-- Records that share a thing by an error of former versions: the one that made it keeps it, else the older one. The
-- others are held, with what to do; after a redrive each looks for one of its own. The watchdog counts anew.
WITH shared AS (
  SELECT id, kind, remote_id, row_number() OVER w AS n, first_value(record_id) OVER w AS owner
  FROM deliveries WHERE remote_id IS NOT NULL AND kind IN ('customer', 'product', 'inventory')
  WINDOW w AS (PARTITION BY tenant, system, kind, remote_id ORDER BY is_linked, id))
UPDATE deliveries d SET remote_id = NULL, remote_version = NULL, snapshot = NULL, label = NULL, sent_rev = NULL, delivered_rev = 0,
  state = CASE d.state WHEN 'skipped' THEN 'skipped' ELSE 'held' END,
  reason = CASE d.state WHEN 'skipped' THEN d.reason ELSE 'ambiguous_match' END,
  cause = CASE d.state WHEN 'skipped' THEN d.cause ELSE 'ambiguous_match:shared' END,
  detail = left(format('It shared %s %s with record %s, which keeps it. Redrive this one: it gets its own.', s.kind, s.remote_id, s.owner), 2000)
FROM shared s WHERE s.id = d.id AND s.n > 1;
CREATE UNIQUE INDEX deliveries_remote ON deliveries (tenant, system, kind, remote_id)
  WHERE remote_id IS NOT NULL AND kind IN ('customer', 'product', 'inventory');

-- A product may wait until another one has let its name go.
ALTER TABLE delivery_waits DROP CONSTRAINT delivery_waits_kind_check;
ALTER TABLE delivery_waits ADD CONSTRAINT delivery_waits_kind_check
  CHECK (kind IN ('sku', 'customer', 'product', 'order', 'refund', 'invoice', 'payment'));
