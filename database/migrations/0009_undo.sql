-- Undo: which run took a delivery back, so that it is found, counted and not taken back twice.

ALTER TABLE deliveries ADD COLUMN undone_by uuid;
CREATE INDEX deliveries_undone ON deliveries (tenant, undone_by, state) WHERE undone_by IS NOT NULL;
COMMENT ON COLUMN deliveries.undone_by IS 'The run that took it back; null where none did, or where a change or a redrive wanted it since.';
