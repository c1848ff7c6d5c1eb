/** One line for the person who started the demo. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
