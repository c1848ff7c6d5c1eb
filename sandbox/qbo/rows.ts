import { isObject, type Json, type JsonObject, withoutEmpty } from '../json';
import { intuitTime } from './answer';
import { type Row } from './realm';

/** Only members with values are kept (quickbooks.md#calls). */
export function stored(fields: JsonObject, id: string, token: string, metaData: JsonObject): Row {
  return {
    ...withoutEmpty(fields),
    domain: 'QBO',
    sparse: false,
    Id: id,
    SyncToken: token,
    MetaData: metaData,
  };
}

/** A new object's row. */
export function created(fields: JsonObject, id: string, nowMs: number): Row {
  const time = intuitTime(nowMs);
  return stored(fields, id, '0', { CreateTime: time, LastUpdatedTime: time });
}

/** The next state of an object: its token rises, its time of creation stays. */
export function replaced(existing: Row, fields: JsonObject, nowMs: number): Row {
  const token = String(Number(existing.SyncToken) + 1);
  return stored(fields, existing.Id, token, metaAt(existing, nowMs));
}

/** The same state with another time of change: something computed has moved. */
export function retimed(existing: Row, nowMs: number): Row {
  return { ...existing, MetaData: metaAt(existing, nowMs) };
}

function metaAt(existing: Row, nowMs: number): JsonObject {
  const meta = isObject(existing['MetaData']) ? existing['MetaData'] : {};
  return { ...meta, LastUpdatedTime: intuitTime(nowMs) };
}

/** Lines as a void leaves them. */
export function withZeroAmounts(lines: Json | undefined): Json {
  if (!Array.isArray(lines)) return [];
  return lines.map((line) => (isObject(line) ? { ...line, Amount: 0 } : line));
}
