import { BetfairStream, type StreamStatus } from 'nestjs-betfair-session/stream';
import type { SoakService } from '../soak.process.js';

const SUBSCRIPTIONS = [
  { op: 'orderSubscription' },
  { op: 'marketSubscription', marketFilter: { marketIds: ['1.234567890'] } },
] as const;

/** Follows streams, which are open as long as their services are. */
export class Followers {
  messages = 0;
  /** Streams that were begun, and those that ended with their services. */
  readonly counts = { begun: 0, completed: 0, failed: 0 };
  readonly #open = new Map<SoakService, BetfairStream>();

  follow(service: SoakService): void {
    const stream = new BetfairStream(service.sessions);
    this.#open.set(service, stream);
    for (const subscription of SUBSCRIPTIONS) {
      this.counts.begun += 1;
      stream.messages({ subscription, heartbeatMs: 500 }).subscribe({
        next: () => (this.messages += 1),
        error: () => (this.counts.failed += 1),
        complete: () => {
          this.counts.completed += 1;
          this.#open.delete(service);
        },
      });
    }
  }

  /** Of those that are open and get no messages. */
  get unserved(): readonly StreamStatus[] {
    const statuses = [...this.#open.values()].flatMap((stream) => stream.status);
    return statuses.filter(({ state }) => state !== 'subscribed');
  }
}
