import type { SessionStorage } from 'nestjs-betfair-session';
import { parseLoginRecord } from '../../../lib/login/lease/lease.record.js';

export interface StoreRules {
  /** Tokens of the live sessions, oldest first. */
  readonly liveTokens: () => readonly string[];
  readonly onBroken: (what: string) => void;
}

/** Milliseconds for which the lease stays closed after a login. */
const PAUSE_AFTER_LOGIN = 3_000;

/**
 * Looks at what services write to one store: no token that lives is overwritten by an older one. What other programs
 * write does not come by here.
 */
export class StoreWatch {
  readonly #texts = new Map<string, string>();
  readonly #current = new Map<string, string>();
  readonly #read: SessionStorage['read'];
  #isClosed = false;

  constructor(storage: SessionStorage, { liveTokens, onBroken }: StoreRules) {
    this.#read = storage.read.bind(storage);
    const write = storage.write.bind(storage);
    const close = storage.close?.bind(storage);
    const watched: Pick<SessionStorage, 'read' | 'write' | 'close'> = {
      read: async (key, options) => {
        const stored = await this.#read(key, options);
        if (stored) this.#note(key, stored.value, stored.version);
        return stored;
      },
      write: async (key, value, condition, options) => {
        const version = await write(key, value, condition, options);
        const live = liveTokens();
        const replaced = 'ifVersion' in condition ? this.#texts.get(condition.ifVersion) : '';
        if (live.indexOf(value) < live.indexOf(replaced ?? '')) {
          onBroken('a stored token that lives was overwritten by an older one');
        }
        this.#note(key, value, version);
        return version;
      },
      ...(close && {
        close: () => {
          this.#isClosed = true;
          return close();
        },
      }),
    };
    Object.assign(storage, watched);
  }

  /** Whether this was stored when it was last looked at. */
  holds(text: string): boolean {
    return [...this.#current.values()].includes(text);
  }

  /**
   * Keys of the records beside tokens that still name a holder, other than the rest of a pause after a login. A store
   * that is closed or cannot be read shows none.
   */
  async leasesHeld(): Promise<string[]> {
    if (this.#isClosed) return [];
    const records = [...this.#current.keys()].filter((key) => key.endsWith('.lease'));
    const held = await Promise.all(
      records.map(async (key) => {
        const stored = await this.#read(key).catch(() => undefined);
        return (parseLoginRecord(stored?.value ?? '').holder?.duration ?? 0) > PAUSE_AFTER_LOGIN;
      }),
    );
    return records.filter((_, index) => held[index]);
  }

  #note(key: string, text: string, version: string): void {
    this.#texts.set(version, text);
    this.#current.set(key, text);
  }
}
