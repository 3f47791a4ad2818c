import { Test } from '@nestjs/testing';
import { SessionService } from 'nestjs-betfair-session';
import { createTestSession } from 'nestjs-betfair-session/testing';
import { MarketsService } from './markets.service';

describe('MarketsService', () => {
  it('greets the stream with the session', async () => {
    const module = await Test.createTestingModule({
      providers: [MarketsService, { provide: SessionService, useValue: {} }],
    }).compile();
    const session = createTestSession({ token: 'a-token', applicationKey: 'a-key' });

    expect(JSON.parse(module.get(MarketsService).streamGreeting(session))).toEqual({
      op: 'authentication',
      id: 1,
      appKey: 'a-key',
      session: 'a-token',
    });
  });
});
