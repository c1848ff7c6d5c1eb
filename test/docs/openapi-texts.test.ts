import { expect, it } from '@jest/globals';

import { checkChange } from '../../api/change-requests';
import { changeKinds } from '../../domain/words';
import { bodyExamples } from '../../schemas/examples';
import { filesEndingIn, textOf } from './citations';

// What the OpenAPI document says to people: summaries of routes, and examples.

const verbs =
  'Cancel|Close|Connect|Create|Disconnect|Discard|Explain|Get|List|Map|Pause|Redrive|' +
  'Request|Resume|Revoke|Rotate|Send|Set|Start|Update';

it('every summary of a route is short, in the imperative and without a full stop', () => {
  const summaries = filesEndingIn('.ts')
    .filter((path) => path.startsWith('api/routes/') && !path.endsWith('not-built.ts'))
    .flatMap((path) => [...textOf(path).matchAll(/summary:([^]*?),\n/g)])
    .flatMap(([, value = '']) => [...value.matchAll(/['`]([^'`]+)['`]/g)])
    .map(([, text = '']) => text.replace(/\$\{[^}]*\}/g, 'sync'));
  expect(summaries.length).toBeGreaterThan(30);
  expect(summaries.filter((text) => !new RegExp(`^(?:${verbs}) [^.]{3,75}$`).test(text))).toEqual(
    [],
  );
});

it.each(changeKinds)('the example of a %s passes the checks of intake', (kind) => {
  const change = {
    ...{ id: 'evt-1', kind, op: 'upsert', recordId: 'r-1' },
    ...(kind === 'inventory' ? {} : { revision: 1 }),
    ...{ occurredAt: '2026-11-22T10:15:00-05:00', body: bodyExamples[kind] },
  };
  const checked = checkChange(change, [], Date.parse('2026-12-01T00:00:00Z'));
  expect('fault' in checked ? checked.fault : null).toBeNull();
});
