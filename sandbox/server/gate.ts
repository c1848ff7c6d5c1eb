/** Holds calls until so many are there, then lets all of them go on in the order they came. */
export interface Gate {
  /** Resolves when the gate opens; rejects when the signal ends the waiting. */
  arrive(signal: AbortSignal): Promise<void>;
  /** Lets go what is held, however few. */
  open(): void;
}

/** The gate closes again behind those who passed: the next `until` calls are another group. */
export function createGate(until: number): Gate {
  let held: (() => void)[] = [];
  const open = (): void => {
    const passing = held;
    held = [];
    for (const pass of passing) pass();
  };
  return {
    arrive: (signal) =>
      new Promise((resolve, reject) => {
        const pass = (): void => {
          signal.removeEventListener('abort', end);
          resolve();
        };
        const end = (): void => {
          held = held.filter((one) => one !== pass);
          reject(new Error('a reset came'));
        };
        signal.addEventListener('abort', end, { once: true });
        held.push(pass);
        if (held.length >= until) open();
      }),
    open,
  };
}
