import { describe, expect, it } from '@jest/globals';

import {
  anchorsOf,
  citationFaults,
  citingFiles,
  filesEndingIn,
  linkFaults,
  recordingFaults,
  textOf,
} from './citations';

const documents = filesEndingIn('.md');

it('every document that code, SQL or a document cites is there, with the heading', () => {
  expect(citingFiles().flatMap((path) => citationFaults(textOf(path), path))).toEqual([]);
});

it('every link of a document leads to a file, and to a heading', () => {
  expect(documents.flatMap((path) => linkFaults(textOf(path), path))).toEqual([]);
});

it('every recording that a fact rests on is there', () => {
  const facts = documents.filter((path) => path.startsWith('docs/knowledge/'));
  expect(facts.flatMap((path) => recordingFaults(textOf(path), path))).toEqual([]);
});

it('every heading of docs/knowledge is cited somewhere', () => {
  const cited = citingFiles()
    .map(textOf)
    .join('\n')
    .replace(/\n[ \t]*(?:\/\/|\*)(?=[ \t])/g, '');
  const unused = ['woocommerce', 'quickbooks', 'accounting', 'postgres', 'temporal'].flatMap(
    (name) => {
      const [title, ...anchors] = anchorsOf(textOf(`docs/knowledge/${name}.md`));
      const named = new RegExp(`${name}\\.md(?:(?:,| and)? ?#[a-z0-9-]+)*`, 'g');
      const uses = (cited.match(named) ?? []).join(' ');
      expect(title).toBeDefined();
      return anchors
        .filter((anchor) => !new RegExp(`#${anchor}(?![a-z0-9-])`).test(uses))
        .map((anchor) => `${name}.md#${anchor}`);
    },
  );
  expect(unused).toEqual([]);
});

describe('what the check refuses', () => {
  const faults = (text: string): string[] => citationFaults(text, 'domain/money.ts');

  it.each([
    '// As QuickBooks rounds (quickbooks.md section 14).',
    '// As QuickBooks rounds (quickbooks.md 14, 18).',
    '// As QuickBooks rounds (section 14).',
    '// As QuickBooks rounds (quickbooks.md).',
    '// Never an empty value (invariant I7).',
    '// As a person left it (traps 35, 36).',
    '// Locked in order (architecture section 4).',
    '/** What intake checks (contract section 3). */',
    '// As QuickBooks rounds (quickbooks.md#no-such-heading).',
    '// As QuickBooks rounds (quickbooks.md#amounts, #no-such-heading).',
    '// As QuickBooks rounds (invoices.md#amounts).',
    '// Decided in ADR 9999.',
  ])('%s', (comment) => {
    expect(faults(comment)).not.toEqual([]);
  });

  it.each([
    '// As QuickBooks rounds (quickbooks.md#amounts, #not-confirmed).',
    '/**\n * As QuickBooks rounds (quickbooks.md#amounts,\n * #not-confirmed, ' +
      'architecture.md#i8).\n */',
    '// What docs/sandbox.md says; decided in ADR 0001, see RFC 9457 section 3.',
  ])('but not %s', (comment) => {
    expect(faults(comment)).toEqual([]);
  });

  it('a link to a file or a heading that is not there', () => {
    const text = '[a](no-such-file.md) [b](#none) [c](sandbox.md#none) [d](sandbox.md#faults)';
    expect(linkFaults(text, 'docs/performance.md')).toHaveLength(3);
  });

  it('headings are the anchors that GitHub makes of them', () => {
    const text =
      '# A page\n\n## What `it` says, and why\n\n## Twice\n\n## Twice\n\n```\n# no\n```\n';
    expect([...anchorsOf(text)]).toEqual(['a-page', 'what-it-says-and-why', 'twice', 'twice-1']);
  });
});
