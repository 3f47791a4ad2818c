import { Module } from '@nestjs/common';
import { BreakableStore } from './breakable-store.service.js';
import { SimulatedBetfair } from './simulated-betfair.service.js';
import { SimulatorController } from './simulator.controller.js';

@Module({
  controllers: [SimulatorController],
  providers: [SimulatedBetfair, BreakableStore],
  exports: [SimulatedBetfair],
})
export class SimulatorModule {}
