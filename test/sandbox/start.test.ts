import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readArguments } from '../../sandbox/arguments';
import { startBoth } from '../../sandbox/start-both';
import { at, control, send, textAt } from './support';

const token = 'test-token-test-token';
const anyPort = { SANDBOX_WOO_PORT: 0, SANDBOX_QBO_PORT: 0 };

describe('both sandboxes in one process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-start-'));
  afterEach(() => {
    rmSync(join(folder, 'state'), { force: true });
  });

  const start = (...args: string[]) => startBoth(readArguments(args), anyPort, token);

  it('go on from the state file: data, settings, tokens and the time of the clock', async () => {
    const file = join(folder, 'state');
    const first = await start('--state', file);
    await control(first.woo, 'reset', { stores: [{ store: 'shop' }], settings: { seed: 5 } });
    const given = await control(first.qbo, 'reset', { realms: [{ realmId: '1', country: 'GB' }] });
    await control(first.qbo, 'clock', { now: '2020-05-05T10:00:00Z', rate: 0 });
    const headers = {
      authorization: `Bearer ${textAt(given, 'realms.0.accessToken')}`,
      'content-type': 'application/json',
    };
    const create = { method: 'POST', headers, body: '{"DisplayName":"Kept"}' };
    expect((await send(`${first.qbo.url}/v3/company/1/customer`, create)).status).toBe(200);
    expect(await control(first.qbo, 'save', {})).toMatchObject({ file });
    await first.stop();

    const second = await start('--state', file);
    const found = await send(
      `${second.qbo.url}/v3/company/1/query?query=${encodeURIComponent('select * from Customer')}`,
      { headers },
    );
    expect(textAt(found.body, 'QueryResponse.Customer.0.DisplayName')).toBe('Kept');
    expect(await control(second.qbo, 'clock')).toEqual({
      now: '2020-05-05T10:00:00.000Z',
      rate: 0,
    });
    expect(await control(second.woo, 'settings')).toMatchObject({ settings: { seed: 5 } });
    expect(await control(second.woo, 'stock')).toEqual({ stores: { shop: { products: [] } } });
    await second.stop();
  });

  it('a broken state file stops the start, and nothing keeps listening', async () => {
    const file = join(folder, 'state');
    writeFileSync(file, 'a letter\n');
    await expect(start('--state', file)).rejects.toThrow(`${file} is no state file`);
  });

  it('without a state file nothing can be saved', async () => {
    const both = await start();
    await expect(control(both.woo, 'save', {})).rejects.toThrow('started without --state FILE');
    await both.stop();
  });

  it('a state file that cannot be written is told to who asked', async () => {
    const both = await start('--state', join(folder, 'no such folder', 'state'));
    await expect(control(both.woo, 'save', {})).rejects.toThrow('cannot be written: ENOENT');
    await expect(both.stop()).rejects.toThrow('cannot be written');
  });

  it('the option for latency holds after a reset too, and a reset may say otherwise', async () => {
    const both = await start('--latency', 'real');
    const latency = async () => at(await control(both.qbo, 'settings'), 'settings.latency');
    await control(both.qbo, 'reset', { realms: [] });
    expect(await latency()).toBe('real');
    await control(both.qbo, 'reset', { realms: [], settings: { latency: 'none' } });
    expect(await latency()).toBe('none');
    await both.stop();
  });

  it('a taken port is named with its variable, and the other port is given back', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const port = Number(at(holder.address(), 'port'));
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const wooPort = Number(at(free.address(), 'port'));
    free.close();
    await once(free, 'close');
    const env = { SANDBOX_WOO_PORT: wooPort, SANDBOX_QBO_PORT: port };
    await expect(startBoth(readArguments([]), env, token)).rejects.toThrow(
      `port ${port} is taken: set SANDBOX_QBO_PORT to another port`,
    );
    const again = createServer().listen(wooPort, '127.0.0.1');
    await once(again, 'listening');
    again.close();
    holder.close();
  });

  it.each([
    [['--nope'], '--nope'],
    [['--latency', 'slow'], '--latency takes none or real'],
    [['--state', ''], '--state takes a file'],
  ])('refuses %j', (args, text) => {
    expect(() => readArguments(args)).toThrow(text);
  });
});

describe('npm run sandbox', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  it(
    'prints addresses and token, ends by Ctrl-C without an error and leaves ' + 'the state file',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sandbox-main-'));
      const file = join(folder, 'state');
      const main = join(__dirname, '..', '..', 'sandbox', 'main.ts');
      child = spawn(process.execPath, ['--import', 'tsx', main, '--state', file], {
        env: { SANDBOX_WOO_PORT: '0', SANDBOX_QBO_PORT: '0', SANDBOX_TOKEN: token },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let printed = '';
      for await (const part of child.stdout ?? []) {
        printed += String(part);
        if (printed.includes('state file')) break;
      }
      expect(printed).toMatch(/WooCommerce sandbox +http:\/\/127\.0\.0\.1:\d+\/\{store\}/);
      expect(printed).toMatch(/QuickBooks Online sandbox +http:\/\/127\.0\.0\.1:\d+\/v3/);
      // A token that was given goes into no log.
      expect(printed).toContain('X-Sandbox-Token            as given in SANDBOX_TOKEN');
      expect(printed).not.toContain(token);
      const page = /http:\S+\/_sandbox\//.exec(printed)?.[0] ?? '';
      expect((await fetch(`${page}?token=${token}`)).status).toBe(200);
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number | null];
      expect([code, existsSync(file)]).toEqual([0, true]);
      rmSync(folder, { recursive: true });
    },
  );
});
