import { Module } from '@nestjs/common';
import { SimulatedBetfair } from './simulated-betfair.service.js';
import { SimulatorController } from './simulator.controller.js';

@Module({
  controllers: [SimulatorController],
  providers: [SimulatedBetfair],
  exports: [SimulatedBetfair],
})
export class SimulatorModule {}
