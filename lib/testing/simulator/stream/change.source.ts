/**
 * Data of a subscription. A position is a moment in its history. Changes between two positions can be computed at any
 * time, so nothing is stored for a client.
 */
export interface ChangeSource {
  /** Kind of the change messages, and the member that holds the changes. */
  readonly op: 'mcm' | 'ocm';
  /** Key that is the same for subscriptions with the same data. */
  readonly criteria: string;
  /** Number of markets that count towards the limit of one subscription. */
  readonly marketCount?: number;
  /** Updates the data. Returns the current position. */
  update(): number;
  /** Returns the changes from a position to the last update, one for each market; without a position, images. */
  changes(since?: number): readonly object[];
  /** Milliseconds until a change without a callback is possible; `undefined` if none is. */
  untilNext(): number | undefined;
  /** Calls back at changes outside the steps of the prices. Returns a function that ends this. */
  onChange(listener: () => void): () => void;
}
