import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { type BetfairSession, isInvalidSession, type SessionService } from 'nestjs-betfair-session';
import { concatMap, from, map, timer } from 'rxjs';
import { refused } from '../../calls/rejections.fixture.js';
import { placeOrders, post, RPC, rpcCall } from '../../support/betting.js';
import { type Cell, returnsRejection } from './cell.js';
import { placesOrder } from './cell.rule.js';
import type { Exchange } from './exchange.js';

const READ = rpcCall('listEventTypes', undefined, 'first');
const ORDER = { ...placeOrders(), id: 'first' };
const SECOND = rpcCall('listMarketBook', {}, 'second');

/** The part of a response that writing by hand takes, in Express and, as `raw`, in Fastify. */
export interface RawResponse {
  write(text: string): unknown;
  end(text: string): unknown;
}

/** What the handler of one cell does: two calls, and an answer after them. */
export class HandlerScript {
  runs = 0;

  constructor(
    private readonly cell: Cell,
    private readonly exchange: Exchange,
    private readonly sessions: SessionService,
  ) {}

  handle(session: BetfairSession, given: unknown): unknown {
    this.runs += 1;
    const { style } = this.cell.kind;
    switch (style) {
      case 'synchronous':
        return this.#throwIfDead(session);
      case 'Observable':
        return from(this.#work(session));
      case 'events':
      case 'rejection as event':
        // Nest sends the headers meanwhile.
        return timer(5).pipe(
          concatMap(() => from(this.#work(session))),
          map((data) => ({ data })),
        );
      case 'StreamableFile':
        return this.#file(session);
      case 'raw response':
        return this.#write(session, rawResponse(given));
      case 'rejection as message':
        return this.#last(session).then((data) => ({ event: 'answer', data }));
      case 'promise':
      case 'returned rejection':
        return this.#last(session);
    }
  }

  /** What a handler gives its client, piece by piece. */
  async *#work(session: BetfairSession): AsyncGenerator {
    const first = await this.#call('first', session);
    if (first !== undefined) return yield first;
    if (this.cell.moment === 'after output began') yield 'part';
    if (this.runs === 1 && !this.#refusedFromTheStart) this.exchange.endSessions();
    yield (await this.#call('second', session)) ?? 'done';
  }

  get #refusedFromTheStart(): boolean {
    const { moment } = this.cell;
    return moment === 'before the first call' || moment === 'again and again';
  }

  /** Throws a refusal, or returns it where that is the handler's style. */
  async #call(step: 'first' | 'second', session: BetfairSession): Promise<unknown> {
    const reply = await this.#replyTo(step, session);
    if (!isInvalidSession(reply)) return undefined;
    if (returnsRejection(this.cell.kind)) return reply;
    throw new Error('Betfair refused the call', { cause: reply });
  }

  async #replyTo(step: 'first' | 'second', session: BetfairSession): Promise<unknown> {
    const { calls } = this.cell;
    if (calls === 'none') return refused;
    const request = step === 'second' ? SECOND : placesOrder(this.cell) ? ORDER : READ;
    const byFetch = calls === 'fetch' || (calls === 'fetch, then own client' && step === 'first');
    if (!byFetch) return this.exchange.raw.json(session, request);
    return (await this.sessions.fetch(RPC, post(request))).json();
  }

  #throwIfDead(session: BetfairSession): string {
    const { moment } = this.cell;
    if (moment === 'again and again') this.exchange.endSessions();
    if (moment === 'never' || !this.exchange.isAlive(session)) throw refused;
    return 'done';
  }

  async #last(session: BetfairSession): Promise<unknown> {
    let last: unknown;
    for await (const piece of this.#work(session)) last = piece;
    return last;
  }

  async #file(session: BetfairSession): Promise<StreamableFile> {
    const work = this.#work(session);
    const { value } = await work.next();
    async function* whole() {
      yield value;
      yield* work;
    }
    return new StreamableFile(Readable.from(whole(), { objectMode: false }));
  }

  async #write(session: BetfairSession, response: RawResponse): Promise<void> {
    for await (const piece of this.#work(session)) {
      if (piece === 'done') response.end(piece);
      else response.write(String(piece));
    }
  }
}

function rawResponse(given: unknown): RawResponse {
  const response: unknown = isRecord(given) && 'raw' in given ? given['raw'] : given;
  if (!isRawResponse(response)) throw new TypeError('The handler was given no response.');
  return response;
}

function isRawResponse(value: unknown): value is RawResponse {
  return isRecord(value) && typeof value['write'] === 'function';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
