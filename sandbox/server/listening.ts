import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import { errorText } from '../error-text';

/** A port that is served, and that can be taken away for a while. */
export interface Listening {
  port: number;
  url: string;
  /** Cuts every connection and refuses new ones for this time; a second call changes nothing. */
  goDown(ms: number): void;
  close(): Promise<void>;
}

/** Where to listen; PEM texts in `tls` make it https. */
interface Place {
  port: number;
  host: string;
  tls: { key: string; cert: string } | undefined;
}

/**
 * Above what Node takes by itself: a vendor answers an address that is too long in its own words.
 */
const headBytesMax = 1024 * 1024;
/** Longer than a client keeps idle connections. */
const keepAliveMs = 65_000;

/** Rejects with the system's error if the port is taken. */
export async function listen(
  { port, host, tls }: Place,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const limits = { maxHeaderSize: headBytesMax };
  const server =
    tls === undefined ? createServer(limits, serve) : createTlsServer({ ...limits, ...tls }, serve);
  server.keepAliveTimeout = keepAliveMs;
  const bound = await bind(server, port, host);
  let outage: NodeJS.Timeout | undefined;
  return {
    port: bound,
    url: `${tls === undefined ? 'http' : 'https'}://${hostInUrl(host)}:${bound}`,
    goDown: (ms) => {
      if (outage !== undefined) return;
      server.close();
      server.closeAllConnections();
      outage = setTimeout(() => {
        outage = undefined;
        bind(server, bound, host).catch((error: unknown) => {
          process.stderr.write(`port ${bound} cannot be served again: ${errorText(error)}\n`);
        });
      }, ms);
    },
    close: async () => {
      clearTimeout(outage);
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Every address of the machine is dialled here by the loopback one. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
