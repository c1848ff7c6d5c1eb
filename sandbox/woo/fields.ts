import { type JsonObject } from '../json';

/** `_fields=a,b.c` keeps the named members only. */
export function onlyFields(body: JsonObject, wanted: string | undefined): JsonObject {
  if (wanted === undefined || wanted === '') return body;
  const kept: JsonObject = {};
  for (const path of wanted.split(',').map((part) => part.trim())) {
    copyPath(body, kept, path.split('.'));
  }
  return kept;
}

function copyPath(from: JsonObject, to: JsonObject, [name = '', ...rest]: string[]): void {
  const value = from[name];
  if (value === undefined) return;
  if (rest.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    to[name] = value;
    return;
  }
  const inner = to[name];
  const target = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
  to[name] = target;
  copyPath(value, target, rest);
}
