import { connect, type ConnectionOptions } from 'node:tls';
import { type BetfairSession, isInvalidSession } from 'nestjs-betfair-session';
import { Observable } from 'rxjs';

/** What arrives on the stream; `op` says what it is. */
export type StreamMessage = Readonly<Record<string, unknown>>;

/** The stream does not take this session. */
export class SessionRefused extends Error {
  constructor(readonly session: BetfairSession) {
    super('The stream refused the session.');
  }
}

/** Milliseconds. Betfair closes a connection that is silent for 15 seconds and has no subscription. */
const HEARTBEAT = 10_000;

/**
 * One connection, and what arrives on it: first the status of the authentication, with the `connectionId` that Betfair
 * asks for in support queries. It fails when the connection ends, and closes it when nobody listens any more. No text
 * of Betfair's goes into an error: those of the stream quote the application key and the session.
 */
export function streamMessages(
  address: ConnectionOptions,
  session: BetfairSession,
  subscriptions: readonly object[] = [],
): Observable<StreamMessage> {
  return new Observable((subscriber) => {
    const fail = (error: Error) => subscriber.error(error);
    const socket = connect(address);
    const send = (message: object) => socket.write(`${JSON.stringify(message)}\r\n`);
    let connectionId: unknown;
    let heard = false;
    let rest = '';

    function receive(line: string): void {
      const message = parse(line);
      if (message === undefined)
        return fail(new Error('The stream sent something else than JSON.'));
      const { op, id, connectionClosed, errorCode } = message;
      if (isInvalidSession(message)) return fail(new SessionRefused(session));
      if (connectionClosed === true) return fail(new Error(`The stream said ${plain(errorCode)}.`));
      if (op === 'connection') {
        ({ connectionId } = message);
        send(session.streamAuthentication({ id: 1 }));
      } else if (op === 'status' && id === 1) {
        subscriber.next({ ...message, connectionId });
        subscriptions.forEach((subscription, index) => send({ ...subscription, id: index + 2 }));
      } else subscriber.next(message);
    }

    socket.on('error', fail).on('close', () => fail(new Error('The stream was closed.')));
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard = true;
      const lines = text.split('\n');
      lines[0] = rest + lines[0];
      rest = lines.pop() ?? '';
      lines.forEach(receive);
    });
    const heartbeat = setInterval(() => {
      if (!heard) return fail(new Error('The stream fell silent.'));
      heard = false;
      send({ op: 'heartbeat', id: 0 });
    }, HEARTBEAT);
    return () => {
      clearInterval(heartbeat);
      socket.destroy();
    };
  });
}

function parse(line: string): StreamMessage | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? { ...message } : undefined;
  } catch {
    return undefined;
  }
}

/** Codes and ids as they are, and nothing that could be a secret. */
export function plain(value: unknown): string {
  return typeof value === 'string' && /^[A-Z_]+$|^[\d-]+$/.test(value)
    ? value
    : 'something unknown';
}
