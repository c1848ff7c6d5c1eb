import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

// Citations and links of this project: what code, SQL and documents say about documents.
// A citation is `quickbooks.md#batches`; headings of the same document follow as `, #names`.

const checkout = join(__dirname, '..', '..');

/** Folders of other people's files, of what is built, and of what a run leaves behind. */
const skippedFolders = new Set(['node_modules', 'dist', 'coverage']);
const folders = ['', 'docs', 'docs/knowledge'] as const;

/** Paths of the files with one of these endings, from the root of the project. */
export function filesEndingIn(...endings: readonly string[]): string[] {
  const found = readdirSync(checkout, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return [entry.name];
    if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) return [];
    return readdirSync(join(checkout, entry.name), { recursive: true, encoding: 'utf8' }).map(
      (path) => join(entry.name, path),
    );
  });
  return found.filter((path) => endings.some((ending) => path.endsWith(ending))).sort();
}

/** Files that cite documents: code, SQL and documents themselves, but those that test this. */
export function citingFiles(): string[] {
  return filesEndingIn('.ts', '.sql', '.mjs', '.cjs', '.js', '.md').filter(
    (path) => !path.startsWith('docs/knowledge/README') && !path.startsWith('test/docs/'),
  );
}

export const textOf = (path: string): string => readFileSync(join(checkout, path), 'utf8');

/** A heading as GitHub makes an anchor of it. */
function anchorOf(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim();
  return plain
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Anchors of the headings of a document; of equal ones the second ends in `-1`, and so on. */
export function anchorsOf(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(markdown).matchAll(/^#{1,6} +(.+)$/gm)) {
    const anchor = anchorOf(heading);
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    anchors.add(times === 0 ? anchor : `${anchor}-${times}`);
  }
  return anchors;
}

const withoutCode = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```/gm, '');

/** The path of a document that is cited by its name, or null. */
function documentOf(name: string, citing: string): string | null {
  const near = join(dirname(citing), name);
  const places = [...folders.map((folder) => join(folder, name)), near];
  return places.find((path) => existsSync(join(checkout, path))) ?? null;
}

/** A document in which only a heading says what is meant. */
function wantsHeading(path: string): boolean {
  return path.startsWith('docs/knowledge/') || path === 'docs/architecture.md';
}

/** Comments that go on in the next line, as one text. */
const joined = (text: string): string => text.replace(/\n[ \t]*(?:\/\/|--|\*)(?=[ \t])/g, '');

const citation = /([A-Za-z0-9_./-]+\.md)((?:(?:,| and)? ?#[a-z0-9-]+)*)/g;

/** Citations by section, trap or invariant number, which no document of this project has. */
const oldForms = [
  /(?<!RFC \d+ )\b[Ss]ections? \d+/g,
  /\b[Tt]raps? \d+/g,
  /\binvariants? I\d+/g,
  /\.md,? \d+/g,
  /\bshared\/(?:reference|design)\b/g,
];

/** What is wrong with the citations of a text; `citing` is the path of its file. */
export function citationFaults(text: string, citing: string): string[] {
  const plain = joined(citing.endsWith('.md') ? withoutLinks(text) : text);
  const faults = oldForms.flatMap((form) =>
    [...plain.matchAll(form)].map(([found]) => `${citing}: "${found}" names no heading`),
  );
  for (const [found, name = '', headings = ''] of plain.matchAll(citation)) {
    if (/^(?:\w+:)?\/\//.test(name)) continue;
    const path = documentOf(name, citing);
    if (path === null) {
      faults.push(`${citing}: ${found}: there is no ${name}`);
      continue;
    }
    const anchors = [...headings.matchAll(/#([a-z0-9-]+)/g)].map(([, anchor = '']) => anchor);
    const isCode = !citing.endsWith('.md');
    if (isCode && anchors.length === 0 && wantsHeading(path))
      faults.push(`${citing}: ${found} names no heading`);
    const known = anchorsOf(textOf(path));
    faults.push(
      ...anchors
        .filter((anchor) => !known.has(anchor))
        .map((anchor) => `${citing}: ${name} has no heading #${anchor}`),
    );
  }
  for (const [, number = ''] of plain.matchAll(/\bADR (\d{4})\b/g)) {
    if (decisionOf(number) === null) faults.push(`${citing}: there is no ADR ${number}`);
  }
  return faults;
}

const decisions = readdirSync(join(checkout, 'docs', 'adr'));

function decisionOf(number: string): string | null {
  return decisions.find((name) => name.startsWith(`${number}-`)) ?? null;
}

const link = /\[(?:[^\]\\]|\\.)*\]\(([^)\s]+)\)/g;
const withoutLinks = (markdown: string): string => markdown.replace(link, '');

/** What is wrong with the links of a document to files and headings of this project. */
export function linkFaults(markdown: string, path: string): string[] {
  return [...withoutCode(markdown).matchAll(link)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = decodeURI(target).split('#');
    const at = file === '' ? path : relative(checkout, join(checkout, dirname(path), file));
    if (!existsSync(join(checkout, at))) return [`${path}: ${target} leads nowhere`];
    if (anchor === undefined) return [];
    const text = at === path ? markdown : textOf(at);
    return anchorsOf(text).has(anchor) ? [] : [`${path}: ${target} leads to no heading`];
  });
}

const codePath = /`([^`\s]+\.(?:test\.ts|ts|md|sql|cjs))`/g;

/**
 * What is wrong with the paths of files that a document names in backticks. A path begins at the
 * root of the project or beside the document, and may hold `*`; a bare name stands for the only
 * file that has it.
 */
export function pathFaults(markdown: string, citing: string): string[] {
  const faults: string[] = [];
  for (const [, named = ''] of withoutCode(markdown).matchAll(codePath)) {
    const found = filesNamed(named, citing);
    if (found.length === 0) faults.push(`${citing}: there is no ${named}`);
    else if (found.length > 1 && !named.includes('*'))
      faults.push(`${citing}: ${named} may be any of ${found.join(', ')}`);
  }
  return faults;
}

function filesNamed(named: string, citing: string): string[] {
  const near = join(dirname(citing), named);
  if (named.includes('*'))
    return allFiles.filter((path) => matchesGlob(path, named) || matchesGlob(path, near));
  const exact = [named, near].find((path) => allFiles.includes(path));
  if (exact !== undefined) return [exact];
  return named.includes('/') ? [] : allFiles.filter((path) => basename(path) === named);
}

const allFiles = filesEndingIn('.ts', '.md', '.sql', '.cjs');

function matchesGlob(path: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${escaped}$`).test(path);
}

/**
 * Test files that a document names, each with the titles that follow it in quotes, and are not in
 * it.
 */
export function titleFaults(markdown: string, citing: string): string[] {
  return [...markdown.matchAll(/`(test\/[^`]+\.test\.ts)`((?:,? (?:and )?"[^"]+")*)/g)].flatMap(
    ([, file = '', quoted = '']) => {
      const titles = [...quoted.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);
      if (titles.length === 0) return [`${citing}: ${file} is named without a title`];
      const text = existsSync(join(checkout, file)) ? textOf(file) : '';
      return titles
        .filter((title) => !text.includes(title))
        .map((title) => `${citing}: ${file} has no test "${title}"`);
    },
  );
}

/** Recordings that a document names as `(rec: name)` and that are not there. */
export function recordingFaults(markdown: string, path: string): string[] {
  return [...markdown.matchAll(/\(rec: ([^)]*)\)/g)]
    .flatMap(([, names = '']) => names.match(/\b[a-z]+_\w+/g) ?? [])
    .filter((name) => !existsSync(join(checkout, `test/recordings/woocommerce/${name}.json`)))
    .map((name) => `${path}: there is no recording ${name}`);
}
