/** Options of a caller that waits. */
export interface WaitOptions {
  /** Ends this caller's wait; a renewal that others may wait for continues. */
  readonly signal?: AbortSignal | undefined;
}
