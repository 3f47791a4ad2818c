import { connect } from 'node:net';
import { hostname } from 'node:os';
import { isRecord } from '../../common/unknown-values.js';

/** The simulator that uses a folder, or did until it was killed. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Port of the API. */
  readonly port: number;
}

/** A local port answers at once; a process that was stopped in the middle still listens. */
const PROBE_TIMEOUT_MS = 1_000;

/** This process as a holder. */
export function holderOf(port: number): Holder {
  return { host: hostname(), pid: process.pid, port };
}

/** Reads a holder from what JSON held. */
export function readHolder(value: unknown): Holder | undefined {
  if (!isRecord(value)) return undefined;
  const { host, pid, port } = value;
  if (typeof host !== 'string' || !isWithin(pid, Infinity) || !isWithin(port, 65_535)) {
    return undefined;
  }
  return { host, pid, port };
}

/**
 * Tells whether a holder still runs. Its number alone does not: another process may have it by now, such as this one in
 * a container that was started again. So its port must be served too. What runs on another host cannot be seen.
 */
export async function isRunning({ host, pid, port }: Holder): Promise<boolean> {
  return host === hostname() && pid !== process.pid && exists(pid) && (await isServed(port));
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Of another user.
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
