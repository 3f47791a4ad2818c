import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { BetfairSessionModule } from 'nestjs-betfair-session';
import { BetfairStream, BetfairStreamModule } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { firstValueFrom } from 'rxjs';
import { HealthModule } from './health/health.module';
import { MarketsModule } from './markets/markets.module';

/** Starts the application with the simulator as Betfair, uses it, and must then end by itself. */
async function main(): Promise<void> {
  const betfair = await BetfairSimulator.start();
  const session = BetfairSessionModule.forRoot({ ...betfair.options(), keepAlive: true });
  const app = await NestFactory.create(
    {
      module: MarketsModule,
      imports: [ScheduleModule.forRoot(), session, BetfairStreamModule.forRoot(), HealthModule],
    },
    { logger: ['error', 'warn'] },
  );
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/markets`;

  const first = await (await fetch(url)).json();
  betfair.endSessions();
  const second = await (await fetch(url)).json();
  const { generation } = (await (await fetch(`${url}/session`)).json()) as { generation: number };
  const orders = app.get(BetfairStream).messages({ subscription: { op: 'orderSubscription' } });
  const { ct } = await firstValueFrom(orders);
  const health = (await fetch(`${await app.getUrl()}/health`)).status;
  await app.close();
  await betfair.stop();
  const { logins } = betfair.counts;
  console.log(JSON.stringify({ first, second, generation, ct, health, logins }));
}

void main();
