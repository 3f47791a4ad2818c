import type { ConnectionOptions } from 'node:tls';
import { Module } from '@nestjs/common';
import { SimulatedBetfair } from '../simulator/simulated-betfair.service.js';
import { SimulatorModule } from '../simulator/simulator.module.js';
import { STREAM_ADDRESS, StreamClient } from './stream.client.js';
import { StreamController } from './stream.controller.js';

@Module({
  imports: [SimulatorModule],
  controllers: [StreamController],
  providers: [
    StreamClient,
    {
      // For the demonstration only: your own is { provide: STREAM_ADDRESS, useValue: { host: …, port: 443 } }.
      provide: STREAM_ADDRESS,
      inject: [SimulatedBetfair],
      useFactory: async (simulated: SimulatedBetfair): Promise<ConnectionOptions> =>
        (await simulated.streamAddress()) ?? { host: 'stream-api.betfair.com', port: 443 },
    },
  ],
})
export class StreamModule {}
