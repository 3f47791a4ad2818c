import { BetfairConfigurationError } from '../errors/index.js';

/** Reads variables and collects what is wrong with them. */
export class EnvironmentReader {
  readonly #faults: string[] = [];

  constructor(
    private readonly env: Readonly<Record<string, string | undefined>>,
    readonly prefix: string,
  ) {}

  name(variable: string): string {
    return `${this.prefix}${variable}`;
  }

  /** An empty variable counts as left out: that is how compose files and CI write "not set". */
  optional(variable: string): string | undefined {
    return this.env[this.name(variable)] || undefined;
  }

  required(variable: string): string {
    const text = this.optional(variable);
    if (text === undefined) this.fault(`${this.name(variable)}: set this environment variable.`);
    return text ?? '';
  }

  oneOf<const T extends string>(variable: string, allowed: readonly T[]): T | undefined {
    const text = this.optional(variable);
    if (text === undefined) return undefined;
    const found = allowed.find((value) => value === text);
    if (found === undefined)
      this.fault(`${this.name(variable)}: it is one of ${allowed.join(', ')}.`);
    return found;
  }

  fault(fault: string): void {
    this.#faults.push(fault);
  }

  throwFaults(): void {
    if (this.#faults.length > 0) throw new BetfairConfigurationError(this.#faults);
  }
}
