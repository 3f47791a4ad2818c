import type { Command } from './terminal/command.js';

/** A command that is loaded when it is called. */
interface ListedCommand {
  /** One line for the list of commands. */
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: ReadonlyMap<string, ListedCommand> = new Map([
  [
    'doctor',
    {
      summary: 'Finds out why an account does not work, without a login',
      load: async () => (await import('./doctor/doctor.command.js')).doctorCommand,
    },
  ],
  [
    'status',
    {
      summary: 'Shows the stored session, and if logins are blocked',
      load: async () => (await import('./status/status.command.js')).statusCommand,
    },
  ],
  [
    'unblock',
    {
      summary: 'Lifts a refused login or a ban, for all processes',
      load: async () => (await import('./unblock/unblock.command.js')).unblockCommand,
    },
  ],
  [
    'logout',
    {
      summary: 'Ends the stored session, for all processes',
      load: async () => (await import('./logout/logout.command.js')).logoutCommand,
    },
  ],
  [
    'certificate',
    {
      summary: 'Makes a client certificate for Betfair, and its key',
      load: async () => (await import('./certificate/certificate.command.js')).certificateCommand,
    },
  ],
  [
    'simulator',
    {
      summary: 'Serves a simulated Betfair on this machine',
      load: async () => (await import('./simulator/simulator.command.js')).simulatorCommand,
    },
  ],
]);
