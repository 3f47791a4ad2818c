import { Controller, Get, HttpCode, type OnModuleDestroy, Post } from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';
import type { SimulatorCounts } from 'nestjs-betfair-session/testing';
import { BreakableStore } from './breakable-store.service.js';
import { SimulatedBetfair } from './simulated-betfair.service.js';

/** Disturbs the simulator. Without one, every route answers 404. */
@Controller('simulator')
export class SimulatorController implements OnModuleDestroy {
  constructor(
    private readonly betfair: SimulatedBetfair,
    private readonly sessions: SessionService,
    private readonly store: BreakableStore,
  ) {}

  @Post('end-session')
  @HttpCode(200)
  endSession(): { ended: number } {
    const { simulator } = this.betfair;
    const ended = simulator.liveTokens().length;
    simulator.endSessions();
    return { ended };
  }

  @Post('cut-stream')
  @HttpCode(200)
  cutStream(): { cut: number } {
    const { stream } = this.betfair.simulator;
    const cut = stream.counts.open;
    stream.cut();
    return { cut };
  }

  @Post('fail-store')
  @HttpCode(200)
  async failStore(): Promise<SimulatorCounts> {
    const { simulator } = this.betfair;
    this.store.break();
    // A valid session needs no store: this looks into it, and fails.
    await this.sessions.unblockLogin().catch(() => undefined);
    return simulator.counts;
  }

  /** Also ends the session, so that a login is needed. */
  @Post('refuse-logins')
  @HttpCode(200)
  refuseLogins(): { ended: number } {
    this.betfair.simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    return this.endSession();
  }

  @Post('repair')
  @HttpCode(200)
  async repair(): Promise<SimulatorCounts> {
    const { simulator } = this.betfair;
    simulator.clearFaults();
    simulator.account().loginCode = undefined;
    this.store.repair();
    await this.sessions.unblockLogin();
    await this.sessions.keepAlive();
    return simulator.counts;
  }

  @Get('counts')
  counts(): SimulatorCounts {
    return this.betfair.simulator.counts;
  }

  /** Leaves no refusal in the store: the next start would obey it. */
  async onModuleDestroy(): Promise<void> {
    if (!this.betfair.running || !this.betfair.simulator.account().loginCode) return;
    this.store.repair();
    // A store that really fails must not hold the shutdown.
    await this.sessions.unblockLogin().catch(() => undefined);
  }
}
