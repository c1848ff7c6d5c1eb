import { readFileSync, readdirSync } from 'node:fs';

// Processor time of the programs of a benchmark, as Linux counts it: in units of 10 ms.

interface ProcessStat {
  pid: number;
  name: string;
  parent: number;
  /** Its own and that of its children which ended. */
  cpuMs: number;
}

/** Of one process, all its threads. */
export function cpuMsOf(pid: number): number {
  return statOf(pid)?.cpuMs ?? 0;
}

/** Of a child of this process, by its program's name, together with its own children. */
export function cpuMsOfChild(name: string): number {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => statOf(Number(entry)) ?? []);
  const own = all.filter((stat) => stat.parent === process.pid && stat.name === name);
  const pids = new Set(own.map(({ pid }) => pid));
  return all
    .filter(({ pid, parent }) => pids.has(pid) || pids.has(parent))
    .reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

function statOf(pid: number): ProcessStat | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended meanwhile.
    return undefined;
  }
  // The name stands in brackets and may hold blanks.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  const name = stat.slice(stat.indexOf('(') + 1, end);
  return { pid, name, parent: Number(fields[1]), cpuMs: ticks * 10 };
}
