import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { SimulatedBetfair } from './simulator/simulated-betfair.service.js';
import { usage } from './usage.js';

const app = await NestFactory.create(AppModule);
// Ctrl-C and SIGTERM close the application in order, and end it with exit code 0.
app.enableShutdownHooks([], { useProcessExit: true });
// This machine only: POST /orders asks nobody who they are.
await app.listen(process.env['PORT'] || 3000, '127.0.0.1');
console.log(usage(await app.getUrl(), { simulated: app.get(SimulatedBetfair).running }));
