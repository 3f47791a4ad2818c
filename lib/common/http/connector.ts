import { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { endAfter } from '../deadline.js';
import { closeSocket } from './spare-socket.js';
import type { buildConnector } from './undici.js';

/** Codes after which undici would connect again at once, without end. */
const REPEATED: ReadonlySet<unknown> = new Set(['UND_ERR_INFO', 'UND_ERR_SOCKET']);

/** Opens a connection, and returns a function that cancels it. */
export type Connector = (
  options: buildConnector.Options,
  callback: buildConnector.Callback,
) => () => void;

/**
 * Wraps a connector so that it ends after `ms`, even if a proxy does not answer, and fails with errors after which
 * undici does not connect again.
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
      // Undici's own connector returns the socket; the connector of a proxy does not.
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
