import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import { watchProcess } from '../platform/health-server';

/** What operators watch of the API; labels are names of ours only, never a caller's text. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly changes: Counter<'outcome'>;

  constructor(waitingSignals: () => number) {
    const registers = [this.registry];
    watchProcess(this.registry);
    this.requests = new Histogram({
      name: 'truth_sync_http_request_seconds',
      help: 'Time from the request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.changes = new Counter({
      name: 'truth_sync_changes_total',
      help: 'Changes received, by what intake did with them',
      labelNames: ['outcome'],
      registers,
    });
    new Gauge({
      name: 'truth_sync_signals_waiting',
      help: 'Signals that Temporal has not taken yet',
      registers,
      collect() {
        this.set(waitingSignals());
      },
    });
  }
}
