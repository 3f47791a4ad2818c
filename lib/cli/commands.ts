import type { Command } from './terminal/command.js';

/** A command that is loaded when it is called. */
interface ListedCommand {
  /** One line for the list of commands. */
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: ReadonlyMap<string, ListedCommand> = new Map([
  [
    'simulator',
    {
      summary: 'Serves a simulated Betfair on this machine',
      load: async () => (await import('./simulator/simulator.command.js')).simulatorCommand,
    },
  ],
]);
