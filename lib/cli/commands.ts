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

/** A command that is loaded when it is called. */
interface ListedCommand {
  /** One line for the list of commands. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command, by its name. */
export const COMMANDS: ReadonlyMap<string, ListedCommand> = new Map([
  [
    'simulator',
    {
      summary: 'Serves a simulated Betfair on this machine',
      load: async () => (await import('./simulator/simulator.command.js')).simulatorCommand,
    },
  ],
]);
