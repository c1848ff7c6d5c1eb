import { type z } from 'zod';
import { ControlError } from './control-error';

/** Parses a control body; what is wrong with it is listed in one text. */
export function checked<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const place = issue.path.map(String).join('.');
    return place === '' ? issue.message : `${place}: ${issue.message}`;
  });
  throw new ControlError(problems.join('; '));
}
