import { z } from 'zod';

const port = (fallback: number): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number('a port number').int().min(0).max(65_535).default(fallback);

const schema = z.object({
  SANDBOX_WOO_PORT: port(8181),
  SANDBOX_QBO_PORT: port(8182),
  SANDBOX_TOKEN: z.string().min(8, 'at least 8 characters').optional(),
});

/** The environment of the sandboxes. */
export type SandboxEnv = z.output<typeof schema>;

/** Reads the environment; throws one error that lists everything that is wrong with it. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): SandboxEnv {
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `  ${issue.path.map(String).join('.')}: ${issue.message}`,
  );
  throw new Error(`wrong environment:\n${problems.join('\n')}`);
}
