import { isObject, type Json, type JsonObject } from '../json';

/**
 * Batches are not checked against a schema: a number as a text is a text (woocommerce.md#batches).
 */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A parameter as text; a list joined by commas. */
export function parameterText(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(String).join(',');
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** The parts of a comma separated text. */
export function textList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A parameter as a list of ids. */
export function ids(value: Json | undefined): number[] {
  return textList(parameterText(value)).map(Number);
}

/** The objects of a list parameter. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** What PHP makes of a boolean parameter. */
export function asBoolean(value: Json | undefined): boolean {
  if (typeof value === 'string') return ['true', '1', 'yes'].includes(value.toLowerCase());
  return Boolean(value);
}

/** What PHP makes of an integer parameter. */
export function asWhole(value: unknown): number {
  const number = Math.trunc(Number(value ?? 0));
  return Number.isFinite(number) ? number : 0;
}
