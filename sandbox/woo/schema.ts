import { entryOf, isObject, type Json, type JsonObject, plainText } from '../json';
import { WooError } from './answer';
import { textList } from './values';

/** What one parameter may be, as `OPTIONS` tells it (rec: options_products). */
export interface Parameter {
  type: 'string' | 'string-list' | 'boolean' | 'integer' | 'array' | 'object' | 'date' | 'email';
  allowed?: readonly string[];
  /**
   * How the list of allowed values is written when it differs from the list (rec:
   * list_bad_orderby).
   */
  allowedText?: string;
  bounds?: { min: number; max?: number };
  isRequired?: boolean;
  /** A word that is taken in place of the type. */
  allowedWord?: string;
  /** What stands in an object, and what in the objects of a list. */
  members?: Record<string, Parameter>;
  items?: Record<string, Parameter>;
}

interface Problem {
  code: string;
  message: string;
  data: Json;
}

/** Checks all parameters at once; null is never checked (rec: product_update_two_bad_params). */
export function validate(parameters: Record<string, Parameter>, input: JsonObject): void {
  const missing = Object.keys(parameters).filter(
    (name) => parameters[name]?.isRequired === true && input[name] === undefined,
  );
  if (missing.length > 0) {
    const message = `Missing parameter(s): ${missing.join(', ')}`;
    throw new WooError(400, 'rest_missing_callback_param', message, { params: missing });
  }
  const problems: Record<string, Problem> = {};
  for (const [name, value] of Object.entries(input)) {
    const parameter = entryOf(parameters, name);
    if (parameter === undefined || value === undefined || value === null) continue;
    const problem = problemOf(name, parameter, value);
    if (problem !== null) problems[name] = problem;
  }
  const names = Object.keys(problems);
  if (names.length === 0) return;
  throw new WooError(400, 'rest_invalid_param', `Invalid parameter(s): ${names.join(', ')}`, {
    params: Object.fromEntries(names.map((name) => [name, problems[name]?.message ?? ''])),
    details: Object.fromEntries(names.map((name) => [name, { ...problems[name] }])),
  });
}

function problemOf(name: string, parameter: Parameter, value: Json): Problem | null {
  if (parameter.type === 'date') {
    const isDate = typeof value === 'string' && restDate.test(value);
    return isDate ? null : { code: 'rest_invalid_date', message: 'Invalid date.', data: null };
  }
  if (parameter.type === 'email') {
    const isEmail = value === '' || emailText.test(plainText(value));
    return isEmail
      ? null
      : { code: 'rest_invalid_email', message: 'Invalid email address.', data: null };
  }
  if (parameter.allowedWord !== undefined && value === parameter.allowedWord) return null;
  if (!isOfType(parameter.type, value)) {
    const message = `${name} is not of type ${parameter.type}.`;
    return { code: 'rest_invalid_type', message, data: { param: name } };
  }
  return valueProblem(name, parameter, value) ?? innerProblem(name, parameter, value);
}

function valueProblem(name: string, parameter: Parameter, value: Json): Problem | null {
  const { allowed, allowedText, bounds, type } = parameter;
  const given = type === 'string-list' ? textList(plainText(value)) : [plainText(value)];
  if (allowed !== undefined && given.some((one) => !allowed.includes(one))) {
    const message = `${name} is not one of ${allowedText ?? enumeration(allowed)}.`;
    return { code: 'rest_not_in_enum', message, data: null };
  }
  if (bounds === undefined) return null;
  const { min, max = Infinity } = bounds;
  if (Number(value) >= min && Number(value) <= max) return null;
  const message = Number.isFinite(max)
    ? `${name} must be between ${min} (inclusive) and ${max} (inclusive)`
    : `${name} must be greater than or equal to ${min}`;
  return { code: 'rest_out_of_bounds', message, data: null };
}

/** The first thing wrong inside: `line_items[0][quantity] is not of type integer.` */
function innerProblem(name: string, { members, items }: Parameter, value: Json): Problem | null {
  const inside = (
    place: string,
    table: Record<string, Parameter>,
    holder: Json,
  ): Problem | null => {
    if (!isObject(holder)) return null;
    for (const [member, inner] of Object.entries(holder)) {
      const parameter = entryOf(table, member);
      if (parameter === undefined || inner === undefined || inner === null) continue;
      const problem = problemOf(`${place}[${member}]`, parameter, inner);
      if (problem !== null) return problem;
    }
    return null;
  };
  if (members !== undefined) return inside(name, members, value);
  if (items === undefined || !Array.isArray(value)) return null;
  for (const [position, one] of value.entries()) {
    const problem = inside(`${name}[${position}]`, items, one);
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * WordPress's date pattern: a time is needed, milliseconds and a zone may be there
 * (woocommerce.md#dates).
 */
export const restDate = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?$/i;

/** What WordPress takes for an e-mail address. */
export const emailText = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

function enumeration(allowed: readonly string[]): string {
  return `${allowed.slice(0, -1).join(', ')}, and ${allowed.at(-1) ?? ''}`;
}

function isOfType(type: Parameter['type'], value: Json): boolean {
  switch (type) {
    case 'string':
    case 'date':
    case 'email':
      return typeof value === 'string';
    case 'string-list':
      return typeof value === 'string' || Array.isArray(value);
    case 'boolean':
      return ['true', 'false', '1', '0', ''].includes(plainText(value).toLowerCase());
    case 'integer':
      return isNumeric(value) && Number.isInteger(Number(value));
    case 'array':
      return Array.isArray(value) || typeof value === 'string' || typeof value === 'number';
    case 'object':
      return typeof value === 'object' && value !== null;
  }
}

function isNumeric(value: Json): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value));
}
