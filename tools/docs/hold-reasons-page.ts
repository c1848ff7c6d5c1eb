import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { holdReasons, type HoldActor, type HoldLift } from '../../domain/hold-reasons';

// The page docs/hold-reasons.md, from the table that the program itself reads.

const actors: Readonly<Record<HoldActor, string>> = {
  nobody: 'nobody',
  pos: 'the POS',
  operator: 'the operator',
  accountant: 'the accountant',
  shop: 'the shop',
};

const lifts: Readonly<Record<HoldLift, string>> = {
  itself: 'by itself',
  mapping: 'the mapping',
  redrive: 'a redrive',
  newer_revision: 'a newer revision',
};

/** Titles of tests name the reason whose way out they take. */
const wayOut = /way out of `([a-z_]+)`/g;

/** The test file that takes the way out of each reason, by reason. */
export function testsOfReasons(checkout: string): Map<string, string> {
  const files = readdirSync(join(checkout, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
  const found = new Map<string, string>();
  for (const file of files)
    for (const [, reason = ''] of readFileSync(join(checkout, 'test', file), 'utf8').matchAll(
      wayOut,
    ))
      if (!found.has(reason)) found.set(reason, `test/${file}`);
  return found;
}

/** The whole page as Markdown. */
export function holdReasonsPage(tests: ReadonlyMap<string, string>): string {
  const rows = Object.entries(holdReasons).map(([code, row]) =>
    [
      `\`${code}\``,
      `**${row.title}.** ${row.meaning}`,
      actors[row.actor],
      row.whatToDo,
      row.lifts.map((lift) => lifts[lift]).join(', '),
      tests.get(code) ?? 'none yet',
    ].join(' | '),
  );
  return [
    '# Why a delivery is held, and what sets it going again',
    '',
    'Written by `npm run docs` from `domain/hold-reasons.ts`; a test compares the two. ' +
      '`GET .../failures` and',
    '`GET .../status` answer the same texts. What lifts by itself is passed over by a redrive.',
    '',
    'Reason | What it means | Who acts | What to do | Lifted by | Test',
    '--- | --- | --- | --- | --- | ---',
    ...rows,
    '',
  ].join('\n');
}
