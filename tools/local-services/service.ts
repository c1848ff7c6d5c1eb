import { logTail, startChild, type Child, type ChildSpec } from './child-process';
import { endRemains, pause } from '../../platform/processes';

/** A local server: can be stopped, killed like a crash, and started again on the same port. */
export interface LocalService {
  /** The process that serves now; another one after a restart. */
  readonly pid: number;
  readonly port: number;
  /** Ends it in order. Resolves when its process is gone. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would. Resolves when its process is gone. */
  kill(): Promise<void>;
  /** Starts it again, after stop or kill or while it runs, and waits until it answers. */
  restart(): Promise<void>;
}

/** How a service is run. */
export interface ServiceSpec extends ChildSpec {
  name: string;
  port: number;
  /** Its executable's name, to find the remains of an earlier start. */
  executable: string;
  /** Whether it serves; asked again and again while it starts. */
  isReady: (child: Child) => Promise<boolean>;
  /** Runs before each start, when no process of an earlier one is left. */
  beforeStart?: () => void;
}

/**
 * A service answers within a second; only the recovery after a crash of a large database takes
 * longer.
 */
const startTimeoutMs = 60_000;
const stopGraceMs = 10_000;

/** Starts a service and waits until it answers. */
export async function startService(spec: ServiceSpec): Promise<LocalService> {
  let child = await launch(spec);
  const stop = () => child.end('SIGINT', stopGraceMs);
  return {
    get pid() {
      return child.pid;
    },
    port: spec.port,
    stop,
    kill: () => child.end('SIGKILL', stopGraceMs),
    restart: async () => {
      await stop();
      child = await launch(spec);
    },
  };
}

async function launch(spec: ServiceSpec): Promise<Child> {
  await endRemains(spec.folder, spec.executable);
  spec.beforeStart?.();
  const child = await startChild(spec);
  const deadlineMs = Date.now() + startTimeoutMs;
  while (!(await spec.isReady(child))) {
    if (child.hasExited() || Date.now() > deadlineMs) {
      await child.end('SIGKILL', 0);
      throw new Error(
        `${spec.name} did not start on port ${spec.port}. The end of ` +
          `${spec.logFile}:\n${logTail(spec.logFile)}`,
      );
    }
    await pause(20);
  }
  return child;
}
