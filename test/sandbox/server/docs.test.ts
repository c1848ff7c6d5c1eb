import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { deed as qboDeed } from '../../../sandbox/qbo/act';
import { startQboSandbox } from '../../../sandbox/qbo/start';
import { faultNames, faultSpec } from '../../../sandbox/server/faults';
import { type RunningSandbox } from '../../../sandbox/server/server';
import { deed as wooDeed } from '../../../sandbox/woo/act';
import { startWooSandbox } from '../../../sandbox/woo/start';
import { deliveryFaults } from '../../../sandbox/woo/webhooks/faults';
import { at, control, listAt, send } from '../support';

const text = readFileSync(join(__dirname, '../../../docs/sandbox.md'), 'utf8');

/** The text under a heading, up to the next one of the same or a higher level. */
function section(heading: string): string {
  const [, level = ''] = /^(#+) /.exec(heading) ?? [];
  const [, rest = ''] = text.split(`\n${heading}\n`);
  return rest.split(new RegExp(`\n#{1,${level.length}} `))[0] ?? '';
}

/** Every match of the pattern's group, each once and sorted. */
function found(pattern: RegExp, where = text): string[] {
  return sorted([...where.matchAll(pattern)].map(([, name = '']) => name));
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe('docs/sandbox.md names what the code has, and nothing else', () => {
  let both: RunningSandbox[] = [];
  beforeAll(async () => {
    both = await Promise.all([startWooSandbox(), startQboSandbox()]);
  });
  afterAll(() => Promise.all(both.map((one) => one.close())));

  it('faults of calls and their fields', () => {
    const rows = section('## Faults')
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const words = found(/`(\w+)(?::\w+)?`/g, rows.join('\n'));
    const fields = Object.keys(faultSpec.shape);
    const known = [...faultNames, 'status'];
    expect(words.filter((word) => !fields.includes(word))).toEqual(
      sorted(known).filter((name) => !['act', 'DELETE'].includes(name)),
    );
    const all = found(/(\w+)/g, section('## Faults'));
    expect(fields.filter((field) => !all.includes(field))).toEqual([]);
  });

  it('faults of deliveries', () => {
    const [, list = ''] = /`\[\{fault:([^,]*),/.exec(text) ?? [];
    expect(found(/"(\w+)/g, list)).toEqual(sorted(deliveryFaults));
  });

  it('settings', async () => {
    const answers = await Promise.all(both.map((one) => control(one, 'settings')));
    const names = answers.flatMap((one) => Object.keys(at(one, 'settings') as object));
    const [common = ''] = section('## Settings').trim().split('\n');
    const documented = [...found(/`((?:woo|qbo)\.\w+)`/g), ...found(/`(\w+)` \(/g, common)];
    expect(sorted(documented)).toEqual(sorted(names));
  });

  it('control calls', async () => {
    const answers = await Promise.all(
      both.map(({ url, token }) =>
        send(`${url}/_sandbox/none`, { headers: { 'x-sandbox-token': token } }),
      ),
    );
    const names = answers.flatMap(({ body }) => listAt(body, 'known').map(String));
    const rows = [section('## Control calls'), section('## WooCommerce')]
      .join('\n')
      .split('\n')
      .filter((line) => /^\| `(GET|POST)/.test(line))
      .map((line) => line.split('|')[1] ?? '')
      .join(' ')
      .replaceAll(/`(GET|POST|DELETE)`,/g, '');
    expect(found(/(?:GET|POST|DELETE) ([\w/]+)/g, rows)).toEqual(sorted(names));
  });

  it('acts', () => {
    const names = [...wooDeed.options, ...qboDeed.options].map((one) => one.shape.do.value);
    const acts = text
      .split('\n')
      .filter((line) => line.includes('do:"'))
      .join('\n');
    const documented = [...acts.matchAll(/do:((?:\\?\|?"\w+")+)/g)].flatMap(([, list = '']) =>
      found(/"(\w+)"/g, list),
    );
    expect(sorted(documented)).toEqual(sorted(names));
  });
});
