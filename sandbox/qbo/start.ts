import { type RunningSandbox, type SandboxOptions, startSandbox } from '../server/server';
import { createQboVendor } from './vendor';

/** Starts a QuickBooks Online sandbox; it is empty until `POST /_sandbox/reset` names companies. */
export function startQboSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  return startSandbox(options, createQboVendor);
}
