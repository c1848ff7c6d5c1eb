import { expect, it } from '@jest/globals';

import { mappingKinds } from '../../database/mappings';
import { initialPostingSettings } from '../../domain/posting/settings';
import { initialSyncSettings } from '../../domain/lane/sync-settings';
import { filesEndingIn, textOf } from './citations';

// What docs/guide and the README say of settings, variables and commands, against the code.

/** Each setting with its start value, as the tables of the guide write them: `path` and `value`. */
function settingsOf(value: unknown, path: string): [path: string, start: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    settingsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/**
 * Settings of a table: first cell the names, second the start values, both in backticks in the same
 * order.
 */
function documentedIn(path: string): Map<string, string> {
  const rows = textOf(path).matchAll(/^\| (`[a-z]\S*`[^|]*) \| ([^|]*`[^|]*) \|/gm);
  const documented = new Map<string, string>();
  for (const [, names = '', starts = ''] of rows) {
    const inTicks = (cell: string): string[] =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
    const [first = '', ...others] = inTicks(names);
    if (others.length === 0) documented.set(first, inTicks(starts).join());
    else [first, ...others].forEach((name, at) => documented.set(name, inTicks(starts)[at] ?? ''));
  }
  return documented;
}

it.each([
  ['docs/guide/posting.md', settingsOf(initialPostingSettings, '')],
  ['docs/guide/operating.md', settingsOf(initialSyncSettings, '')],
])('%s has every setting with its start value', (path, settings) => {
  const documented = documentedIn(path);
  const wrong = settings.filter(([name, start]) => {
    if (documented.get(name) === start) return false;
    // Three figures that go together stand in one row, named by what holds them.
    const holder = name.slice(0, name.lastIndexOf('.'));
    return !(documented.get(holder) ?? '').split(',').includes(start);
  });
  expect(settings.length).toBeGreaterThan(15);
  expect(wrong).toEqual([]);
});

it('docs/guide/mappings.md has every kind of mapping, and every key of an item without SKU', () => {
  const keys = [
    ...textOf('connectors/quickbooks/company/mapping-target.ts').matchAll(/'(@[\w-]+)'/g),
  ];
  const names = [...mappingKinds, ...keys.map(([, key = '']) => key)];
  expect(keys.length).toBeGreaterThan(10);
  const guide = textOf('docs/guide/mappings.md');
  expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
});

it('docs/guide/deploying.md has every variable of platform/env.ts, and no other', () => {
  const names = (text: string, pattern: RegExp): string[] =>
    [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
  const known = names(textOf('platform/env.ts'), /^ {2}([A-Z][A-Z_]+): /gm);
  const rows = textOf('docs/guide/deploying.md').match(/^\| `[A-Z].*$/gm) ?? [];
  const documented = names(rows.map((row) => row.split('|')[1]).join(), /`([A-Z_]+)`/g);
  expect(known).toContain('DATABASE_URL');
  expect(documented).toEqual(known);
});

it('every npm command that a document names is a script of package.json', () => {
  const known = [...textOf('package.json').matchAll(/^ {4}"([\w:]+)": "node /gm)].map(
    ([, name = '']) => name,
  );
  const named = filesEndingIn('.md').flatMap((path) =>
    [...textOf(path).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => `${path}: ${name}`),
  );
  expect(known).toContain('demo');
  expect(named.filter((use) => !known.includes(use.replace(/^.*: /, '')))).toEqual([]);
});
