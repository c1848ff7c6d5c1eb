-- A key is made of names of the POS, each of up to 100 characters: `clearing:` and a tender, or several tax codes.
-- With `mapping_missing:` and its kind in front it still fits the cause of a hold.

ALTER TABLE mappings DROP CONSTRAINT mappings_key_check;
ALTER TABLE mappings ADD CONSTRAINT mappings_key_check CHECK (char_length(key) BETWEEN 1 AND 250);
