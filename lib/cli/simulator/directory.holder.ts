import { connect } from 'node:net';
import { hostname } from 'node:os';
import { isRecord } from '../../common/unknown-values.js';

/** The simulator that uses a folder, or used it until it was killed. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Port of the API. */
  readonly port: number;
}

/** Milliseconds for an answer of a local port. A process that does not answer, such as a suspended one, runs. */
const PROBE_TIMEOUT_MS = 1_000;

export function holderOf(port: number): Holder {
  return { host: hostname(), pid: process.pid, port };
}

export function readHolder(value: unknown): Holder | undefined {
  if (!isRecord(value)) return undefined;
  const { host, pid, port } = value;
  if (typeof host !== 'string' || !isWithin(pid, Infinity) || !isWithin(port, 65_535)) {
    return undefined;
  }
  return { host, pid, port };
}

/**
 * Tells if a holder still runs. Another process may have its number by now, such as this one in a restarted container,
 * so its port must be open too. A process on another host cannot be checked.
 */
export async function isRunning({ host, pid, port }: Holder): Promise<boolean> {
  return host === hostname() && pid !== process.pid && exists(pid) && (await isServed(port));
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user.
    return isRecord(error) && error['code'] === 'EPERM';
  }
}

function isServed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
    socket.setTimeout(PROBE_TIMEOUT_MS, answer(true));
  });
}

function isWithin(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most;
}
