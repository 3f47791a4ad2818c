import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { SimulatorCounts } from 'nestjs-betfair-session/testing';
import { SimulatedBetfair } from './simulated-betfair.service.js';

@Controller('simulator')
export class SimulatorController {
  constructor(private readonly betfair: SimulatedBetfair) {}

  @Post('end-session')
  @HttpCode(200)
  endSession(): { ended: number } {
    const { simulator } = this.betfair;
    const ended = simulator.liveTokens().length;
    simulator.endSessions();
    return { ended };
  }

  @Get('counts')
  counts(): SimulatorCounts {
    return this.betfair.simulator.counts;
  }
}
