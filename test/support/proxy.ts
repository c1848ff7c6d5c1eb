import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/**
 * A way to a server that a test can cut and mend: what was connected breaks, new connections are
 * refused.
 */
export interface Proxy {
  port: number;
  cut: () => Promise<void>;
  mend: () => Promise<void>;
}

export async function startProxy(host: string, port: number, ownPort = 0): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(port, host);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const listen = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', resolve);
    });
  await listen(ownPort);
  const { port: boundPort } = server.address() as AddressInfo;
  return {
    port: boundPort,
    cut: () =>
      new Promise((resolve) => {
        if (!server.listening) {
          resolve();
          return;
        }
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
    mend: () => listen(boundPort),
  };
}
