-- A vendor refused a whole send: what was in it travels in smaller ones until it is taken, all others as before.

ALTER TABLE deliveries ADD COLUMN send_max smallint CHECK (send_max > 0);
COMMENT ON COLUMN deliveries.send_max IS 'Most members of a send that carries it; null where the settings alone decide.';
ALTER TABLE lanes DROP COLUMN batch_probe, DROP COLUMN batch_probe_until;
