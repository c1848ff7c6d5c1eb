-- Why a lane stands still or goes slowly, for operators and for the next turn.

ALTER TABLE lanes
  ADD COLUMN needs_auth_reason text CHECK (char_length(needs_auth_reason) <= 500),
  ADD COLUMN needs_auth_since timestamptz,
  -- What the vendor said when it asked for the wait that stands in the budget as `notBefore`.
  ADD COLUMN wait_reason text CHECK (char_length(wait_reason) <= 500),
  -- Most members of a send while one of them is looked for that the vendor refuses the whole send for.
  ADD COLUMN batch_probe smallint CHECK (batch_probe > 0),
  ADD COLUMN batch_probe_until timestamptz,
  -- Most members of a send since the vendor refused more of them for their size.
  ADD COLUMN batch_max smallint CHECK (batch_max > 0),
  ADD COLUMN batch_max_until timestamptz;
