import { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { endAfter } from '../deadline.js';
import { closeSocket } from './spare-socket.js';
import type { buildConnector } from './undici.js';

/** Undici takes these for passing trouble of an open connection, and would connect again and again, as fast as it can. */
const REPEATED: ReadonlySet<unknown> = new Set(['UND_ERR_INFO', 'UND_ERR_SOCKET']);

/** Makes a connection, and returns what gives that up. */
export type Connector = (
  options: buildConnector.Options,
  callback: buildConnector.Callback,
) => () => void;

/**
 * A connector that ends: after `ms`, whatever stands still in between, such as a proxy that does not answer; and with an
 * error that undici does not answer with another attempt.
 */
export function boundedConnector(
  connect: buildConnector.connector,
  ms: number,
  clock: Clock,
): Connector {
  return (options, callback) => {
    let ended = false;
    const end = (...result: Parameters<buildConnector.Callback>) => {
      ended = true;
      deadline.cancel();
      callback(...result);
    };
    const cancel = () => {
      ended = true;
      deadline.cancel();
      // What undici's own connector returns; that of a proxy has no such thing yet.
      if (started instanceof Socket) closeSocket(started);
    };
    const late = () => {
      cancel();
      callback(failure('ETIMEDOUT', `No connection within ${ms} ms.`), null);
    };
    const deadline = endAfter(clock, ms, late, 'timer');
    const started: unknown = connect(
      options,
      (...[error, socket]: Parameters<buildConnector.Callback>) => {
        if (ended && socket) closeSocket(socket);
        else if (ended) return;
        else if (error) end(isRepeated(error) ? failure('ECONNRESET', error.message) : error, null);
        else end(null, socket);
      },
    );
    return cancel;
  };
}

function isRepeated(error: Error): boolean {
  return REPEATED.has(Reflect.get(error, 'code'));
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
