-- Keys that end by themselves, and from where they were used.
ALTER TABLE api_keys
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_from text CHECK (char_length(last_used_from) <= 100);
COMMENT ON COLUMN api_keys.expires_at IS 'From then on it is refused; null: it stays.';
COMMENT ON COLUMN api_keys.last_used_from IS
  'The address that our server saw, which is that of a proxy where one stands before it.';
