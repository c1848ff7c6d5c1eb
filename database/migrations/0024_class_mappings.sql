-- Classes of sales by the till's place and channel (kind class).

ALTER TABLE mappings DROP CONSTRAINT mappings_kind_check;
ALTER TABLE mappings ADD CONSTRAINT mappings_kind_check
  CHECK (kind IN ('account', 'tender', 'item', 'taxCode', 'location', 'class'));
