/**
 * Data that a subscription shows. Each position is a moment in its history; what changed between two of them can be told at
 * any time, so nothing is kept for a client.
 */
export interface ChangeSource {
  /** Kind of the change messages, and the member that has their changes. */
  readonly op: 'mcm' | 'ocm';
  /** Text that is the same for subscriptions that show the same. */
  readonly criteria: string;
  /** Number of markets that count towards the limit of one subscription. */
  readonly marketCount?: number;
  /** Brings it up to date. Returns its position now. */
  update(): number;
  /** The changes from a position to the last update; without one, all there is as images. One for each market. */
  changes(since?: number): readonly object[];
  /** Milliseconds until there may be a change that nobody calls back for; undefined: none will be. */
  untilNext(): number | undefined;
  /** Calls back at changes that come at any time, until what it returns is called. */
  onChange(listener: () => void): () => void;
}
