import { BetfairConfigurationError } from '../../errors/index.js';
import type { BetfairSessionOptions } from '../../options/betfair-session-options.interface.js';
import { betfairSessionOptionsFromEnv } from '../../options/environment/options-from-env.js';
import type { ResolvedSessionOptions } from '../../options/resolved-options.js';
import { fillInOptions } from '../../options/session-options.resolver.js';
import { commandFor } from './account.command.js';
import type { Environment } from './environment.js';

/** An account whose options can be used; its certificate may be faulty. */
export interface UsableAccount {
  /** Start of the names of its variables. */
  readonly prefix: string;
  readonly options: BetfairSessionOptions;
  readonly resolved: ResolvedSessionOptions;
  /** Writes a command for this account, to be pasted into a shell. */
  readonly commandFor: (command: string) => string;
}

/** An account as its variables describe it. */
export interface ReadAccount {
  /** `undefined` if there is a fault. */
  readonly usable: UsableAccount | undefined;
  /** Every fault, by the name of its variable. */
  readonly faults: readonly string[];
  /** Names of the variables that were looked at. */
  readonly known: ReadonlySet<string>;
}

/** Reads an account from variables, without a look at the content of its certificate. */
export function readAccount(environment: Environment, prefix: string): ReadAccount {
  const known = new Set<string>();
  const watched = new Proxy(environment.variables, {
    get(target, name) {
      if (typeof name !== 'string') return undefined;
      known.add(name);
      return target[name];
    },
  });
  try {
    const options = betfairSessionOptionsFromEnv(watched, { prefix });
    const { resolved, faults } = fillInOptions(options);
    const named = faults.map((fault) => namedByVariable(fault, prefix));
    const commandLine = (command: string) => commandFor(environment, prefix, command);
    const usable =
      faults.length === 0 ? { prefix, options, resolved, commandFor: commandLine } : undefined;
    return { usable, faults: named, known };
  } catch (error) {
    if (!(error instanceof BetfairConfigurationError)) throw error;
    return { usable: undefined, faults: error.faults, known };
  }
}

/** @throws BetfairConfigurationError with every fault of the options */
export function assertUsable({ usable, faults }: ReadAccount): UsableAccount {
  if (usable === undefined) throw new BetfairConfigurationError(faults);
  return usable;
}

/** Names the variable in a fault that names its option, because it was found after the variables were read. */
export function namedByVariable(fault: string, prefix: string): string {
  return fault.replace(/^sessionKey:/, `${prefix}SESSION_KEY:`);
}
