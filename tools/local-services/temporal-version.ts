/** The Temporal CLI that we are tested with; `tools/temporal-cli/go.mod` names the same. */
export const temporalVersion = '1.8.2';
