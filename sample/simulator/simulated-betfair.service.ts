import { Injectable, Logger, NotFoundException, type OnApplicationShutdown } from '@nestjs/common';
import type { BetfairSessionOptions } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';

/** Stands in for Betfair where the environment names no account. */
@Injectable()
export class SimulatedBetfair implements OnApplicationShutdown {
  readonly #logger = new Logger(SimulatedBetfair.name);
  #simulator: BetfairSimulator | undefined;

  /** Options of a simulated account, or nothing where the environment begins to describe a real one. */
  async options(): Promise<BetfairSessionOptions | undefined> {
    if (describesAccount(process.env)) return undefined;
    this.#logger.warn('No BETFAIR_* variables are set: this is the SIMULATOR, not Betfair.');
    this.#simulator = await BetfairSimulator.start();
    return this.#simulator.options();
  }

  get running(): boolean {
    return this.#simulator !== undefined;
  }

  /** @throws NotFoundException the application talks to the real Betfair */
  get simulator(): BetfairSimulator {
    if (this.#simulator) return this.#simulator;
    throw new NotFoundException('The simulator is not running: this application talks to Betfair.');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#simulator?.stop();
  }
}

/** Where sessions are stored says nothing about an account; every other variable does, if only half of one. */
function describesAccount(env: NodeJS.ProcessEnv): boolean {
  return Object.entries(env).some(
    ([name, value]) => name.startsWith('BETFAIR_') && name !== 'BETFAIR_STORAGE' && value,
  );
}
