import type { Observable } from 'rxjs';
import type { MarketChangeMessage, OrderChangeMessage } from 'nestjs-betfair-session/stream';
import { StreamCache } from './stream.cache.js';

type Message = MarketChangeMessage | OrderChangeMessage;

/** Follows one subscription as an application does, with a cache that only its messages change. */
export class Listener {
  readonly cache = new StreamCache();
  messages = 0;
  /** Messages that begin anew. */
  images = 0;
  conflated = 0;
  #heard: ((message: Message) => void) | undefined;
  readonly #unsubscribe: () => void;
  #isCompleted = false;

  constructor(messages$: Observable<Message>, beforeEach: () => void) {
    const subscription = messages$.subscribe({
      next: (message) => {
        beforeEach();
        this.#take(message);
      },
      complete: () => (this.#isCompleted = true),
    });
    this.#unsubscribe = () => subscription.unsubscribe();
  }

  /** Waits for the next message, and returns it. */
  heard(): Promise<Message> {
    return new Promise((resolve) => (this.#heard = resolve));
  }

  /** Ends it. Returns what was wrong. */
  end(): readonly string[] {
    this.#unsubscribe();
    return this.#isCompleted ? ['the messages ended'] : [];
  }

  #take(message: Message): void {
    this.messages += 1;
    if (message.ct === 'SUB_IMAGE') this.images += 1;
    const markets = message.op === 'mcm' ? (message.mc ?? []) : [];
    if (markets.some(({ con }) => con)) this.conflated += 1;
    this.cache.take(message);
    this.#heard?.(message);
  }
}
