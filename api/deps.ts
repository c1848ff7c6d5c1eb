import type { Pool } from 'pg';

import type { SecretBox } from '../database/secret-box';
import type { createLogger } from '../platform/logger';
import type { Metrics } from './metrics';
import type { Signals } from './signals';

/** What the routes work with; made by `startApi`, or by a test. */
export interface ApiDeps {
  /** For intake alone: it keeps its plans, and nothing else may take its connections. */
  intakePool: Pool;
  pool: Pool;
  secrets: SecretBox;
  signals: Signals;
  metrics: Metrics;
  logger: ReturnType<typeof createLogger>;
  rootKey: string;
  isProduction: boolean;
  /** Base address of QuickBooks for new connections. */
  qboBaseUrl: string;
  /** This application at Intuit, and where it takes consents back. */
  qboApp: { revokeUrl: string; clientId: string; clientSecret: string };
}
