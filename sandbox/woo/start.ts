import { type RunningSandbox, type SandboxOptions, startSandbox } from '../server/server';
import { createWooVendor } from './vendor';

/** Starts a WooCommerce sandbox; it is empty until `POST /_sandbox/reset` names stores. */
export function startWooSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  return startSandbox(options, createWooVendor);
}
