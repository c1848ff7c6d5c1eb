import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { choosePort, freePort, isFree, portHolder } from '../../tools/local-services/ports';

let server: Server;
let taken: number;
beforeEach(async () => {
  taken = await freePort();
  server = createServer().listen(taken, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

test(
  'a port that was asked for and is taken is named with its holder and the ' + 'variable to set',
  async () => {
    const variable = 'LOCAL_POSTGRES_PORT';
    await expect(choosePort({ service: 'Postgres', given: taken, variable })).rejects.toThrow(
      new RegExp(
        `^Port ${taken} for Postgres is taken by process ${process.pid} \\(.+\\)\\. ` +
          'Stop that, or set LOCAL_POSTGRES_PORT to another port\\.$',
      ),
    );
  },
);

test('the usual port is left to whoever has it', async () => {
  const port = await choosePort({ service: 'Temporal', variable: 'X', usual: taken });
  expect(port).not.toBe(taken);
  await expect(isFree(port)).resolves.toBe(true);
});

test('nobody holds a free port', async () => {
  expect(portHolder(await freePort())).toBeUndefined();
  expect(portHolder(taken)?.pid).toBe(process.pid);
});
