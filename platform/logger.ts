import { pino, stdSerializers, type DestinationStream, type Level, type Logger } from 'pino';
import { redact, redactText } from './redact';

/**
 * A logger that writes JSON lines without secrets: fields named like one are blanked at any depth,
 * and keys, tokens and e-mail addresses inside texts are cut out.
 */
export function createLogger(
  options: { level: Level | 'silent'; name: string },
  destination?: DestinationStream,
): Logger {
  const settings = {
    ...options,
    formatters: { log: redactFields },
    serializers: { err: (error: Error) => redact(stdSerializers.err(error)) },
    hooks: { streamWrite: redactText },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

function redactFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(redact(fields) as object));
}
