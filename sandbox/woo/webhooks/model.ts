/** A webhook as `POST /webhooks` made it. */
export interface Webhook {
  readonly id: number;
  readonly name: string;
  readonly status: 'active' | 'paused' | 'disabled';
  readonly topic: string;
  readonly deliveryUrl: string;
  readonly secret: string;
  readonly failures: number;
  /** The ping has not been answered with 200 yet. */
  readonly isPingPending: boolean;
  readonly createdMs: number;
  readonly modifiedMs: number | null;
}

/** A delivery that waits for the cron. The body is made when it goes out. */
export interface QueuedDelivery {
  readonly webhookId: number;
  readonly resourceId: number;
  readonly dueMs: number;
  /** The order in which deliveries were queued. */
  readonly seq: number;
}
