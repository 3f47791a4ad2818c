import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { BetfairSessionModule, InjectSessionService, SessionService } from 'nestjs-betfair-session';
import { type BetfairSimulator, SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { RecordingLogger, watchAccount } from '../support/application.js';
import { CountingClock } from '../support/counting.clock.js';
import type { Invariants } from '../support/invariants/invariants.js';

/** Three accounts in two jurisdictions. */
export const ACCOUNTS = [
  { username: 'alice', jurisdiction: 'global' },
  { username: 'bruno', jurisdiction: 'italy' },
  { username: 'carla', jurisdiction: 'italy' },
] as const;

@Injectable()
export class Desk {
  constructor(
    readonly alice: SessionService,
    @InjectSessionService('bruno') readonly bruno: SessionService,
    @InjectSessionService('carla') readonly carla: SessionService,
  ) {}
}

/** An application that trades with all three, whose sessions lie in one directory. */
export async function startDesk(
  simulator: BetfairSimulator,
  directory: string,
  invariants?: Invariants,
): Promise<{ module: TestingModule; desk: Desk }> {
  const options = (username: string) => ({
    ...simulator.options(username),
    storage: `file://${directory}`,
  });
  @Module({
    imports: [
      BetfairSessionModule.forRoot(options('alice')),
      BetfairSessionModule.forRootAsync({ name: 'bruno', useFactory: () => options('bruno') }),
      BetfairSessionModule.forRootAsync({ name: 'carla', useFactory: () => options('carla') }),
    ],
    providers: [Desk],
  })
  class DeskModule {}
  const logger = new RecordingLogger();
  const clock = new CountingClock();
  const module = await Test.createTestingModule({ imports: [DeskModule] })
    .setLogger(logger)
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock)
    .compile();
  for (const [username, name] of [['alice'], ['bruno', 'bruno'], ['carla', 'carla']] as const) {
    watchAccount(module, { logger, clock, options: options(username) }, invariants, name);
  }
  await module.init();
  return { module, desk: module.get(Desk) };
}
