import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';

import { expect, test } from '@jest/globals';

import { GatheringSocket } from '../../database/gathering-socket';

test('what is written during one tick leaves as one piece, in order; the next tick is a piece of its own', async () => {
  const received: string[] = [];
  const server = createServer((socket) => {
    socket.on('data', (data: Buffer) => received.push(data.toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket: Socket = new GatheringSocket();
  socket.connect(address.port, '127.0.0.1');
  await once(socket, 'connect');
  let pieces = 0;
  const writev = socket._writev?.bind(socket);
  socket._writev = (chunks, done) => {
    pieces += 1;
    writev?.(chunks, done);
  };
  for (const statement of ['a', 'b', 'c']) {
    socket.cork();
    socket.write(`${statement}1 `);
    socket.write(`${statement}2 `);
    socket.uncork();
  }
  await new Promise(setImmediate);
  expect(pieces).toBe(1);
  socket.cork();
  socket.write('d1 ');
  socket.write('d2 ');
  socket.uncork();
  await new Promise(setImmediate);
  expect(pieces).toBe(2);
  socket.end();
  await once(socket, 'close');
  server.close();
  expect(received.join('')).toBe('a1 a2 b1 b2 c1 c2 d1 d2 ');
});
