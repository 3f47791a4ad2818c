/** A command, such as `simulator`. */
export interface Command {
  readonly help: string;
  /**
   * Runs until the work is done.
   *
   * @param args - arguments after its name
   * @returns the exit code
   * @throws UsageError the arguments are wrong
   * @throws CommandError the command failed
   */
  run(args: readonly string[]): Promise<number>;
}
