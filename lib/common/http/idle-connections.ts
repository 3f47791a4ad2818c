import type { Clock } from '../clock.js';
import { SpareSocket } from './spare-socket.js';
import type { Client } from './undici.js';

/** Milliseconds after which an idle connection may have been closed without our noticing it. */
const UNNOTICED_END_MS = 4_000;

/** A connection without a request. One that never had a request is a {@link SpareSocket}. */
export type Connection = Client | SpareSocket;

/** Connections without a request. The one that was used last is taken first. */
export class IdleConnections {
  #idle: { readonly connection: Connection; readonly since: number }[] = [];

  constructor(private readonly clock: Clock) {}

  get length(): number {
    return this.#idle.length;
  }

  /** Tells if the next connection may have ended unnoticed. A spare one has not been checked since it was opened. */
  get mayHaveEnded(): boolean {
    const next = this.#idle.at(-1);
    if (next === undefined) return false;
    const isOld = this.clock.monotonic() - next.since > UNNOTICED_END_MS;
    return isOld || next.connection instanceof SpareSocket;
  }

  add(connection: Connection): void {
    this.#idle.push({ connection, since: this.clock.monotonic() });
  }

  take(): Connection | undefined {
    return this.#idle.pop()?.connection;
  }

  takeAll(): Connection[] {
    return this.#idle.splice(0).map(({ connection }) => connection);
  }

  remove(connection: Connection): void {
    this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
  }
}
