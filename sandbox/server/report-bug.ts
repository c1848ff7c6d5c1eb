/** Says on stderr that the sandbox itself is wrong; answers the text. */
export function reportBug(error: unknown): string {
  const text = `sandbox bug: ${error instanceof Error ? String(error.stack) : String(error)}\n`;
  process.stderr.write(text);
  return text;
}
