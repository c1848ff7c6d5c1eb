import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { allPids, commandOf, readOrNothing } from '../../platform/processes';

/** A port that must be free, one that is nice to have, or any. */
export interface PortWish {
  /** What it is for, as a message says it. */
  service: string;
  /** The port that was asked for. */
  given?: number | undefined;
  /** The variable that asks for a port. */
  variable: string;
  /** The port that people expect, taken if it is free and none was asked for. */
  usual?: number | undefined;
}

/** The port to use; throws when the one that was asked for is taken, and says by whom. */
export async function choosePort(wish: PortWish): Promise<number> {
  const { given, usual } = wish;
  if (given !== undefined && given !== 0) {
    if (await isFree(given)) return given;
    throw new Error(
      `Port ${given} for ${wish.service} is taken${holderText(given)}. ` +
        `Stop that, or set ${wish.variable} to another port.`,
    );
  }
  if (usual !== undefined && (await isFree(usual))) return usual;
  return freePort();
}

/**
 * A port that is free now, below the range from which the system takes ports for outgoing
 * connections: so none of those can take it while a service restarts.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('No free port between 20000 and 32000 was found in 200 tries.');
}

/** Whether nobody listens on a port of this machine. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Whether somebody takes connections on a port of this machine. */
export function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}

/** The process that listens on a port, as far as /proc shows it. */
export function portHolder(port: number): { pid: number; command: string } | undefined {
  const sockets = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningSockets(table, port)),
  );
  if (sockets.size === 0) return undefined;
  const pid = allPids().find((candidate) => holdsSocket(candidate, sockets));
  return pid === undefined ? undefined : { pid, command: commandOf(pid) ?? 'unknown program' };
}

function holderText(port: number): string {
  const holder = portHolder(port);
  return holder === undefined ? '' : ` by process ${holder.pid} (${holder.command.slice(0, 120)})`;
}

function listeningSockets(table: string, port: number): string[] {
  const listening = '0A';
  const lines = (readOrNothing(() => readFileSync(table, 'utf8')) ?? '').split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const localPort = parseInt(local?.split(':')[1] ?? '', 16);
    return state === listening && localPort === port && inode !== undefined ? [inode] : [];
  });
}

function holdsSocket(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  const files = readOrNothing(() => readdirSync(folder)) ?? [];
  return files.some((file) => {
    const target = readOrNothing(() => readlinkSync(`${folder}/${file}`));
    return sockets.has(/^socket:\[(\d+)\]$/.exec(target ?? '')?.[1] ?? '');
  });
}
