import { isObject, type Json, type JsonObject } from '../json';
import { parameterText, textList, textOf } from './values';

/** A row of a meta table. */
export interface Meta {
  id: number;
  key: string;
  value: Json;
}

/** Meta entries after a write: by id or by key; null deletes (woocommerce.md#products). */
export function writtenMeta(
  meta: readonly Meta[],
  entries: Json | undefined,
  newId: () => number,
): readonly Meta[] {
  if (!Array.isArray(entries)) return meta;
  let written = [...meta];
  for (const entry of entries) {
    if (!isObject(entry)) continue;
    const key = textOf(entry['key']);
    const value = entry['value'] ?? null;
    const known = written.find((one) => one.id === entry['id'] || one.key === key);
    if (value === null) written = written.filter((one) => one !== known);
    else if (known !== undefined) {
      written = written.map((one) => (one === known ? { ...one, value } : one));
    } else if (key !== undefined) written.push({ id: newId(), key, value });
  }
  return written;
}

/** Meta as a reader sees it, cut by `include_meta` and `exclude_meta`. */
export function metaView(meta: readonly Meta[], input: JsonObject): Json[] {
  const only = textList(parameterText(input['include_meta']));
  const without = textList(parameterText(input['exclude_meta']));
  return meta
    .filter(({ key }) => (only.length === 0 || only.includes(key)) && !without.includes(key))
    .map((entry) => ({ ...entry }));
}

/** Sets the meta entry of this key, as a plug-in or the shop itself does. */
export function withMeta(
  meta: readonly Meta[],
  key: string,
  value: Json,
  newId: () => number,
): Meta[] {
  const known = meta.find((one) => one.key === key);
  if (known === undefined) return [...meta, { id: newId(), key, value }];
  return meta.map((one) => (one === known ? { ...one, value } : one));
}
