import { findTextFault } from '../../common/settings/clean-text.js';
import { BetfairConfigurationError } from '../../errors/index.js';

type FaultFinder = (name: string, text: string) => string | undefined;

/** Reads environment variables and collects their faults. */
export class EnvironmentReader {
  readonly #faults: string[] = [];

  constructor(
    private readonly env: Readonly<Record<string, string | undefined>>,
    readonly prefix: string,
  ) {}

  name(variable: string): string {
    return `${this.prefix}${variable}`;
  }

  /** Reads a variable. An empty one counts as not set, as compose files and CI systems write it. */
  optional(variable: string, find?: FaultFinder): string | undefined {
    const text = this.env[this.name(variable)] || undefined;
    const fault = text === undefined ? undefined : find?.(this.name(variable), text);
    if (fault !== undefined) this.fault(fault);
    return text;
  }

  /** @param find - finds the fault of the text, by the name of its variable */
  required(variable: string, find: FaultFinder): string {
    const text = this.optional(variable, find);
    if (text === undefined) this.fault(this.#explainMissing(variable));
    return text ?? '';
  }

  oneOf<const T extends string>(variable: string, allowed: readonly T[]): T | undefined {
    const text = this.optional(variable);
    if (text === undefined) return undefined;
    const found = allowed.find((value) => value === text);
    if (found === undefined) {
      const name = this.name(variable);
      this.fault(findTextFault(name, text) ?? `${name}: must be one of ${allowed.join(', ')}.`);
    }
    return found;
  }

  fault(fault: string): void {
    this.#faults.push(fault);
  }

  /**
   * @param more - finds further faults, if there are some already
   * @throws BetfairConfigurationError a fault was noted
   */
  throwFaults(more: () => readonly string[]): void {
    if (this.#faults.length === 0) return;
    throw new BetfairConfigurationError([...this.#faults, ...more()]);
  }

  #explainMissing(variable: string): string {
    const name = this.name(variable);
    const file = this.optional(`${variable}_FILE`);
    return file === undefined
      ? `${name}: set this environment variable.`
      : `${name}: set this environment variable to the text itself; ${name}_FILE is not read.`;
  }
}
