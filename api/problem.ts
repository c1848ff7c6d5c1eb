import { STATUS_CODES } from 'node:http';
import { z } from 'zod';

import { isDatabaseAway, sqlStateOf } from '../database/pool';

/** One field that does not fit; `path` as a person writes it: `body.lines[0].sku`. */
export interface FieldError {
  path: string;
  message: string;
}

interface ProblemDetails {
  errors?: FieldError[];
  /** Further members of the answer, such as `bound` and `depth`. */
  members?: Record<string, unknown>;
  retryAfterSeconds?: number;
}

/** An answer that is no success (RFC 9457); the only thing routes throw on purpose. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly details: ProblemDetails;

  constructor(status: number, code: string, detail: string, details: ProblemDetails = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** The JSON of the answer. */
  body(requestId: string): Record<string, unknown> {
    const { errors, members } = this.details;
    return {
      type: `urn:truth-sync:problem:${this.code}`,
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(errors === undefined ? {} : { errors }),
      ...members,
      requestId,
    };
  }
}

/** The form of every problem, for the API's description. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457; `code` is for programs, `detail` for people.' });

export function notFound(what: string): Problem {
  return new Problem(404, 'not_found', `There is no such ${what}.`);
}

/** What was asked for; a problem 404 where it is not there. */
export function found<T>(thing: T | null, what: string): T {
  if (thing === null) throw notFound(what);
  return thing;
}

export function invalid(detail: string, errors: FieldError[]): Problem {
  return new Problem(422, 'invalid', detail, { errors });
}

/** Faults of one value that are worth listing, and the longest text of one. */
const errorsMax = 20;
const messageMax = 300;

/**
 * What zod found, as the API answers it; bounded, since texts may hold names that the caller chose.
 */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues
    .flatMap(plainIssues)
    .slice(0, errorsMax)
    .map(({ path, message }) => ({ path: pathText(path), message: message.slice(0, messageMax) }));
}

/**
 * Of something that has several forms: what is wrong in the form that was meant, which is the one
 * that has all its fields and no other; where none has, the message that names the forms.
 */
function plainIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((issues) => issues.every(({ path }) => path.length > 1));
  return (meant ?? []).length === 0 || meant === undefined
    ? [issue]
    : meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path)
    text += typeof step === 'number' ? `[${step}]` : `${text === '' ? '' : '.'}${String(step)}`;
  return text.slice(0, messageMax);
}

/**
 * Another transaction won, or the statement took too long: the same request may pass in a moment.
 */
const busyStates = new Set(['40001', '40P01', '55P03', '57014']);

/** Any error as a problem; what is nobody's request is 500, and a fault of ours. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error) || busyStates.has(sqlStateOf(error) ?? '')) {
    return new Problem(503, 'database_away', 'The database does not answer. Try again shortly.', {
      retryAfterSeconds: 2,
    });
  }
  // Express itself refuses a path whose percent signs make no sense.
  if (error instanceof URIError) {
    return new Problem(400, 'bad_request', 'The path is not properly percent-encoded.');
  }
  return new Problem(500, 'internal', 'Internal error; quote the requestId.');
}
