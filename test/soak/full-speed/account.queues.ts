import { loopQueue, type Queue, timerQueue } from '../../support/queues.js';

/** Queues through which jobs of an account go. What holds one account up holds up no other. */
export class AccountQueues {
  readonly #queues = new Map<string, readonly [lost: Queue, foreign: Queue]>();

  constructor(usernames: readonly string[]) {
    for (const username of usernames) this.#queues.set(username, [timerQueue(), loopQueue()]);
  }

  /** Runs a job without the context of who asks for it, or with that of another. */
  add<T>(username: string, number: number, job: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(username)?.[number % 2];
    return queue ? queue.add(job) : job();
  }

  close(): void {
    for (const queue of [...this.#queues.values()].flat()) queue.close();
  }
}
