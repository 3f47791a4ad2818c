/** A command, such as `simulator`. */
export interface Command {
  /** The text of `--help`. */
  readonly help: string;
  /**
   * Runs until the work is done.
   *
   * @param args - what follows its name
   * @throws UsageError it was called in a way that it does not know
   * @throws CommandError it cannot do its work
   */
  run(args: readonly string[]): Promise<void>;
}
