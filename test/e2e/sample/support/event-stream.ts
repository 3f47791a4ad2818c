import { once } from 'node:events';
import { get, IncomingMessage } from 'node:http';

/** A message of a response of server-sent events. */
export interface ReceivedMessage {
  readonly type: string;
  readonly data: unknown;
}

/** Reads the messages of `GET /events` one after another, as a browser does. */
export class EventStreamReader {
  /** Everything that arrived. */
  text = '';
  readonly #leaving = new AbortController();

  constructor(private readonly url: string) {}

  /** Reads until the server ends the response. */
  async *messages(): AsyncGenerator<ReceivedMessage> {
    const { signal } = this.#leaving;
    // A connection of its own, which a browser would keep.
    const request = get(this.url, { agent: false, headers: { Connection: 'keep-alive' }, signal });
    const [body]: unknown[] = await once(request, 'response');
    if (!(body instanceof IncomingMessage)) throw new Error('There is no answer.');
    body.setEncoding('utf8');
    let rest = '';
    for await (const chunk of body) {
      this.text += String(chunk);
      const parts = (rest + String(chunk)).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const [, type] = /^event: (.*)$/m.exec(part) ?? [];
        const [, data] = /^data: (.*)$/m.exec(part) ?? [];
        if (type !== undefined && data !== undefined) yield { type, data: JSON.parse(data) };
      }
    }
  }

  /** Reads on until a message of this type for which `condition` holds, and returns its data. */
  async find(type: string, condition: (data: unknown) => boolean = () => true): Promise<unknown> {
    for await (const message of this.messages()) {
      if (message.type === type && condition(message.data)) return message.data;
    }
    throw new Error(`The response ended before such a ${type}.`);
  }

  leave(): void {
    this.#leaving.abort();
  }
}
