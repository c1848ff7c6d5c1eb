import { overallState, type TenantSyncState } from '../domain/lane/tenant-sync';
import { targets } from '../domain/words';

/** A tenant's state as the Temporal UI shows it beside the workflow: Markdown. */
export function detailsOf(state: TenantSyncState): string {
  const { depth } = state;
  const rows = targets.map((system) => {
    const lane = state.lanes[system];
    const health = lane.isPaused
      ? 'paused'
      : lane.needsAuth
        ? 'reconnect required'
        : lane.breaker.kind;
    const why = lane.breaker.kind === 'open' ? ` (${lane.breaker.reason})` : '';
    return `| ${system} | ${health}${why} | ${lane.held} | ${lane.dead} | ${lane.verifying} |`;
  });
  return [
    `**${overallState(state)}** · ${depth} open`,
    '',
    '| lane | breaker | held | dead | verifying |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
