import { XMLParser } from 'fast-xml-parser';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(__dirname, '../../recordings/quickbooks');
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A recording as the parser reads it: elements by name, attributes with `@`. */
export function recording(file: string): unknown {
  const text = readFileSync(path.join(folder, file), 'utf8');
  return file.endsWith('.json') ? JSON.parse(text) : parser.parse(text);
}

/** Every object of one entity in a recording, however deep. */
export function entitiesIn(value: unknown, entity: string): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap((one) => entitiesIn(one, entity));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name !== entity) return entitiesIn(member, entity);
    return (Array.isArray(member) ? (member as unknown[]) : [member]).filter(isObject);
  });
}

/**
 * The element names of an object with their nesting: `Line.SalesItemLineDetail.ItemRef`. A
 * reference is one element in XML and `{value, name}` in JSON; attributes are no elements.
 */
export function shapeOf(value: unknown): Set<string> {
  const paths = new Set<string>();
  collect(value, '', paths);
  return paths;
}

function collect(value: unknown, at: string, paths: Set<string>): void {
  if (Array.isArray(value)) {
    for (const one of value) collect(one, at, paths);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (name.startsWith('@') || name.startsWith('#') || wireOnly.has(name)) continue;
    if (name === 'any') {
      for (const one of listOf(member)) {
        paths.add(`${at}NameValue`);
        collect(isObject(one) ? one['value'] : one, `${at}NameValue.`, paths);
      }
      continue;
    }
    const isReference = ['value', 'name', 'type'].includes(name) && at !== '';
    if (isReference || member === undefined) continue;
    paths.add(`${at}${name}`);
    collect(member, `${at}${name}.`, paths);
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Attributes of the XML form that are members in JSON. */
const wireOnly = new Set(['domain', 'sparse', 'status']);
