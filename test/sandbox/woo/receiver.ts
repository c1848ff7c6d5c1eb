import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';

import { control, type Shop } from '../support';

/** A request as a receiver of webhooks got it. */
export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Receives webhooks on a port of its own. */
export interface Receiver {
  url: string;
  received: Received[];
  /** What it answers from now on. */
  answer(status: number): void;
  close: () => Promise<unknown>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (next) => {
      status = next;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Waits until something is so; a failing test ends by its time limit. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Sends all waiting deliveries of a shop and waits until they are noted. */
export async function deliver(shop: Shop): Promise<unknown[]> {
  const sent = async (): Promise<unknown[]> =>
    ((await control(shop.sandbox, 'webhooks')) as { sent: unknown[] }).sent;
  const before = (await sent()).length;
  const { started } = (await control(shop.sandbox, 'webhooks/run', {})) as { started: number };
  await until(async () => (await sent()).length >= before + started);
  return (await sent()).slice(before);
}
