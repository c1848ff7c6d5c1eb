import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** One delivery as it came. */
export interface Delivery {
  body: unknown;
  isSigned: boolean;
}

/** A place where webhooks arrive; it answers what it is told to. */
export interface Listener {
  url: string;
  deliveries: Delivery[];
  /** Status of the next answers; null: no answer at all; endless: 200 and a body without end. */
  answers: (number | 'endless' | null)[];
  /** Resolves when so many deliveries have come in all. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function listen(verifier: string): Promise<Listener> {
  const deliveries: Delivery[] = [];
  const answers: (number | 'endless' | null)[] = [];
  let waiting: { count: number; done: () => void } | null = null;
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const signature = createHmac('sha256', verifier).update(text).digest('base64');
      const isSigned = request.headers['intuit-signature'] === signature;
      const status = answers.length === 0 ? 200 : answers.shift();
      if (typeof status === 'number') response.writeHead(status, { location: '/elsewhere' }).end();
      else if (status === 'endless') response.writeHead(200).write('x');
      else open.add(response);
      deliveries.push({ body: JSON.parse(text), isSigned });
      if (waiting !== null && deliveries.length >= waiting.count) waiting.done();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    url: `http://127.0.0.1:${port}/hook`,
    deliveries,
    answers,
    until: (count) =>
      new Promise((resolve) => {
        waiting = { count, done: resolve };
        if (deliveries.length >= count) resolve();
      }),
    close: async () => {
      for (const response of open) response.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
