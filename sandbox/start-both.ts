import { type SandboxArguments } from './arguments';
import { type SandboxEnv } from './env';
import { errorCode, errorText } from './error-text';
import { startQboSandbox } from './qbo/start';
import { type RunningSandbox, type SandboxOptions } from './server/server';
import { readStateFile, writeStateFile } from './state-file';
import { startWooSandbox } from './woo/start';

/** Both sandboxes of one process. */
export interface BothSandboxes {
  woo: RunningSandbox;
  qbo: RunningSandbox;
  /** Closes both, then writes the state file if there is one. */
  stop(): Promise<void>;
}

/**
 * Starts both, from the state file if there is one. Throws an error for people when a port is
 * taken or the file cannot be used.
 */
export async function startBoth(
  options: SandboxArguments,
  env: SandboxEnv,
  token: string,
): Promise<BothSandboxes> {
  const { stateFile, host, latency } = options;
  const saved = stateFile === null ? null : readStateFile(stateFile);
  const running: Partial<Record<'woo' | 'qbo', RunningSandbox>> = {};
  const save = (): { file: string; bytes: number } => {
    const { woo, qbo } = running;
    if (woo === undefined || qbo === undefined || stateFile === null) {
      throw new Error('Bug: nothing to save yet');
    }
    return writeStateFile(stateFile, { woo: woo.exportSaved(), qbo: qbo.exportSaved() });
  };
  const shared: SandboxOptions = {
    host,
    token,
    settings: latency === null ? {} : { latency },
    ...(stateFile === null ? {} : { save }),
  };
  const woo = await started(startWooSandbox, shared, env.SANDBOX_WOO_PORT, 'SANDBOX_WOO_PORT');
  running.woo = woo;
  try {
    const qbo = await started(startQboSandbox, shared, env.SANDBOX_QBO_PORT, 'SANDBOX_QBO_PORT');
    running.qbo = qbo;
    if (saved !== null) {
      woo.importSaved(saved.woo, shared.settings);
      qbo.importSaved(saved.qbo, shared.settings);
    }
    return {
      woo,
      qbo,
      stop: async () => {
        await Promise.all([woo.close(), qbo.close()]);
        if (stateFile !== null) save();
      },
    };
  } catch (error) {
    await Promise.all([woo.close(), running.qbo?.close()]);
    throw error;
  }
}

async function started(
  start: (options: SandboxOptions) => Promise<RunningSandbox>,
  shared: SandboxOptions,
  port: number,
  variable: string,
): Promise<RunningSandbox> {
  try {
    return await start({ ...shared, port });
  } catch (error) {
    const text =
      errorCode(error) === 'EADDRINUSE'
        ? `port ${port} is taken: set ${variable} to another port`
        : `port ${port} of ${shared.host ?? ''} cannot be opened (${errorText(error)}): see ` +
          `${variable} and --host`;
    throw new Error(text, { cause: error });
  }
}
