/** What a lane still has to do, read from the tables. */
export interface LaneWork {
  /** Deliveries that could be sent now. */
  isDue: boolean;
  /** Earliest moment at which something becomes due or may be asked; null when nothing is open. */
  nextDueAtMs: number | null;
  verifying: number;
  dead: number;
  /** On which somebody has to act. */
  held: number;
}
