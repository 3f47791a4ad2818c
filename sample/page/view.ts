/** Urgency: nothing to do, keep an eye on it, a person must act. */
export type Level = 'good' | 'watch' | 'act';

/** The answer to "is it all right, and if not, what do I do?" */
export interface Verdict {
  readonly level: Level;
  readonly title: string;
  readonly reason?: string | undefined;
  readonly todo: string;
}

/** An account, as the page shows it. */
interface AccountView {
  readonly name: string;
  readonly state: string;
  readonly persisted: boolean;
  readonly expiresAt?: Date | undefined;
  readonly blockedUntil?: Date | undefined;
  /** Whole days until the client certificate expires; left out if they are not known. */
  readonly certificateDays?: number | undefined;
}

/** Something that happened. */
export interface EventView {
  readonly at: Date;
  readonly level: Level;
  readonly text: string;
}

/** A button of the page. */
interface ActionView {
  /** Path to which the page sends a POST. */
  readonly path: string;
  readonly label: string;
}

/** All that the page shows, but for the prices. It must not hold a secret: it goes to a browser. */
export interface StatusView {
  /** Time of the server, from which the page counts. */
  readonly at: Date;
  readonly simulated: boolean;
  readonly verdict: Verdict;
  readonly accounts: readonly AccountView[];
  /** State of the prices, in a word. */
  readonly prices: string;
  /** Latest first. */
  readonly events: readonly EventView[];
  readonly actions: readonly ActionView[];
}
