import { shownOf } from '../../identity/support/secrets.js';

/** Characters by which a secret is found before it is compared. */
const HEAD = 8;

/** Values that are kept before they are looked at. */
const MOST_KEPT = 1_000;

/** Looks for secrets in what is emitted, in one pass however many secrets there are. */
export class SecretSearch {
  readonly #secrets = new Set<string>();
  readonly #byHead = new Map<string, string[]>();
  /** Not looked at yet: a secret may become known after it was emitted. */
  readonly #emitted = new Set<unknown>();

  constructor(private readonly onFound: () => void) {}

  addSecrets(secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (this.#secrets.has(secret)) continue;
      this.#secrets.add(secret);
      const head = secret.slice(0, HEAD);
      this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), secret]);
    }
  }

  /** Raw, and as in a URL. */
  addToken(token: string): void {
    this.addSecrets([token, encodeURIComponent(token)]);
  }

  note(...values: readonly unknown[]): void {
    for (const value of values) this.#emitted.add(value);
    if (this.#emitted.size >= MOST_KEPT) this.look();
  }

  /** Looks at what was noted, and forgets it. */
  look(): void {
    for (const value of this.#emitted) if (this.#isIn(shownOf(value))) this.onFound();
    this.#emitted.clear();
  }

  #isIn(text: string): boolean {
    for (let at = 0; at <= text.length - HEAD; at++) {
      const secrets = this.#byHead.get(text.slice(at, at + HEAD));
      if (secrets?.some((secret) => text.startsWith(secret, at))) return true;
    }
    return false;
  }
}
