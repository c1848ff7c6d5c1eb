import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

import { type RunningSandbox } from '../../../../sandbox/server/server';
import { startWooSandbox } from '../../../../sandbox/woo/start';
import { recordingNames } from './recordings';
import { type Verdicts } from './scene';
import * as orderScenes from './scenes/orders';
import * as productScenes from './scenes/products';
import * as webhookScenes from './scenes/webhooks';
import { WebhookScene } from './webhook-scene';

const scenes = { ...productScenes, ...orderScenes, ...webhookScenes };

/** Recordings that the sandbox does not answer alike, each with the reason. */
const notAlike = z
  .record(z.string(), z.string().min(10))
  .parse(JSON.parse(readFileSync(join(__dirname, 'not-alike.json'), 'utf8')));

const verdicts: Verdicts = new Map();
const broken: string[] = [];
let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await startWooSandbox();
  for (const [name, play] of Object.entries(scenes)) {
    const scene = new WebhookScene(sandbox, verdicts);
    try {
      await play(scene);
    } catch (error) {
      broken.push(`${name}: ${String(error)}`);
    } finally {
      await scene.end();
    }
  }
});
afterAll(() => sandbox.close());

describe('WooCommerce recordings', () => {
  it('plays every scene to its end', () => {
    expect(broken).toEqual([]);
  });

  it.each(recordingNames.filter((name) => !(name in notAlike)))('%s is answered alike', (name) => {
    expect(verdicts.has(name) ? verdicts.get(name) : 'not replayed').toBeNull();
  });

  it.each(Object.keys(notAlike))('%s is still not alike, as not-alike.json says', (name) => {
    expect(recordingNames).toContain(name);
    expect(verdicts.get(name)).not.toBeNull();
  });

  it('counts them', () => {
    const alike = recordingNames.filter((name) => verdicts.get(name) === null).length;
    process.stdout.write(`conformance woocommerce: ${alike} of ${recordingNames.length}\n`);
    expect(alike).toBe(recordingNames.length - Object.keys(notAlike).length);
  });
});
