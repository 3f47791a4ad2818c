import { Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { BetfairSessionModule, type BetfairSessionOptions, SessionService } from 'nestjs-betfair-session';

/** A Nest application context with one account, as a user would have it; logs are silenced. */
export async function createSessions(
  options: BetfairSessionOptions,
  { controllers = [] }: { controllers?: Type[] } = {},
): Promise<{ module: TestingModule; sessions: SessionService }> {
  @Module({ imports: [BetfairSessionModule.forRoot(options)], controllers })
  class TestAppModule {}
  const module = await Test.createTestingModule({ imports: [TestAppModule] })
    .setLogger(false)
    .compile();
  await module.init();
  return { module, sessions: module.get(SessionService) };
}
