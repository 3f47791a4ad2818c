import type { RedisCommand } from 'nestjs-betfair-session';
import { createHash } from 'node:crypto';

/** What Redis and its clients throw; everything but the message is out of a client's hands. */
export function replyError(message: string): Error {
  const command = { name: 'set', args: ['CANARY'] };
  return Object.assign(new Error(`${message} CANARY`), { name: 'ReplyError', command });
}

/** A Redis in this process, as far as a store uses one; real servers are those of `npm run test:stores`. */
export class PlayedRedis {
  readonly stored = new Map<string, string>();
  /** Commands that arrived, without their arguments. */
  readonly seen: string[] = [];
  /** What the next commands of a name meet, one each: an error, or a reply of another kind. */
  readonly faults: { readonly command: string; readonly outcome: unknown }[] = [];

  readonly send = async ([name, ...args]: RedisCommand): Promise<unknown> => {
    this.seen.push(name);
    const planned = this.faults.findIndex(({ command }) => command === name);
    if (planned >= 0) {
      const [{ outcome } = { outcome: undefined }] = this.faults.splice(planned, 1);
      if (outcome instanceof Error) throw outcome;
      return outcome;
    }
    const [first = '', ...rest] = args.map(String);
    if (name === 'GET') return this.stored.get(first) ?? null;
    if (name === 'ROLE') return ['master', 0, []];
    if (name === 'SELECT') return 'OK';
    if (name === 'SET') return void this.stored.set(first, rest[0] ?? '');
    const [count, key = '', ...more] = rest;
    return count === '2' ? this.#replace(key, more) : this.#remove(key, more);
  };

  /** The next commands of that name meet these outcomes. */
  next(command: string, ...outcomes: readonly unknown[]): void {
    this.faults.push(...outcomes.map((outcome) => ({ command, outcome })));
  }

  #replace(key: string, [staged = '', expected = '']: readonly string[]): string {
    const value = this.stored.get(staged);
    if (value !== undefined && this.#version(key) === expected) this.stored.set(key, value);
    this.stored.delete(staged);
    return this.#version(key);
  }

  #remove(key: string, [expected]: readonly string[]): string {
    if (this.#version(key) === expected) this.stored.delete(key);
    return this.#version(key);
  }

  #version(key: string): string {
    const value = this.stored.get(key);
    if (value === undefined) return '';
    return /^([\da-f-]{36})\n/.exec(value)?.[1] ?? createHash('sha1').update(value).digest('hex');
  }
}
