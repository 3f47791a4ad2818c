import { onAbort, reasonOf } from '../../../lib/common/abort-listener.js';
import type { Harm } from './harm.js';
import type { PlayedProcess } from './played.process.js';

/** What a process is told of an operation. */
export interface Result {
  readonly text: string;
  readonly tell: () => void;
}

/** Something that a process asked of the store or of Betfair, and that did not happen yet. */
export interface Operation {
  readonly process: PlayedProcess;
  readonly name: string;
  /** Tells if it has an effect as things are now. */
  readonly changes: () => boolean;
  readonly happen: () => Result;
  readonly fail: (mayHaveHappened: boolean) => Result;
  /** Set if it has happened and its answer arrives later. */
  result?: Result;
}

/** How an operation is carried out. */
export interface Plan<T> {
  readonly name: string;
  readonly changes: () => boolean;
  readonly happen: () => T;
  readonly failed: (mayHaveHappened: boolean) => Promise<T>;
  readonly givenUp: (reason: unknown) => Promise<T>;
}

/** The operations under way, in the order in which they were asked for. */
export class Operations {
  #pending: readonly Operation[] = [];
  #strays: readonly Operation[] = [];

  constructor(private readonly harm: Harm) {}

  get pending(): readonly Operation[] {
    return this.#pending;
  }

  /** Writes and logins that nobody waits for any more, and that may happen all the same. */
  get strays(): readonly Operation[] {
    return this.#strays;
  }

  add(operation: Operation): void {
    this.#pending = [...this.#pending, operation];
  }

  remove(operation: Operation): void {
    this.#pending = this.#pending.filter((one) => one !== operation);
    this.#strays = this.#strays.filter((one) => one !== operation);
  }

  removeOf(process: PlayedProcess): void {
    this.#pending = this.#pending.filter((one) => one.process !== process);
  }

  setAdrift(operation: Operation): void {
    this.#strays = [...this.#strays, operation];
    this.harm.hadStrays = true;
  }

  /** Asks for an operation, and waits until it is decided what becomes of it. */
  ask<T>(process: PlayedProcess, plan: Plan<T>, signal: AbortSignal | undefined): Promise<T> {
    return new Promise<T>((resolve) => {
      const resultOf = (text: string, work: () => Promise<T>): Result => ({
        text,
        tell: () => resolve(work()),
      });
      const operation: Operation = {
        process,
        name: plan.name,
        changes: plan.changes,
        happen: () => {
          try {
            const value = plan.happen();
            return resultOf(JSON.stringify(value) ?? 'nothing', async () => value);
          } catch (error) {
            return resultOf(String(error), async () => {
              throw error;
            });
          }
        },
        fail: (mayHaveHappened) => resultOf('failed', () => plan.failed(mayHaveHappened)),
      };
      this.add(operation);
      if (signal === undefined) return;
      onAbort(signal, () => {
        if (!this.#pending.includes(operation)) return;
        this.remove(operation);
        this.harm.hit(process);
        this.harm.writeOff(process);
        if (operation.result === undefined && plan.changes()) this.setAdrift(operation);
        process.hear(resultOf('given up', () => plan.givenUp(reasonOf(signal))));
      });
    });
  }

  /** In the order of each process alone. */
  get state(): readonly unknown[] {
    const pending = this.#pending
      .map(({ process, name, result }) => [process.name, name, result?.text] as const)
      .toSorted(([a], [b]) => a.localeCompare(b));
    const strays = this.#strays.map(({ process, name }) => `${process.name} ${name}`);
    return [pending, strays.toSorted((a, b) => a.localeCompare(b))];
  }
}
