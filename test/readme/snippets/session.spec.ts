import type { BetfairSession } from 'nestjs-betfair-session';
import { createTestSession } from 'nestjs-betfair-session/testing';

function streamGreeting(session: BetfairSession): string {
  return `${JSON.stringify(session.streamAuthentication({ id: 1 }))}\r\n`;
}

it('greets the stream with the session', () => {
  const session = createTestSession({ token: 'a-token', applicationKey: 'a-key' });
  expect(streamGreeting(session)).toBe(
    '{"op":"authentication","id":1,"appKey":"a-key","session":"a-token"}\r\n',
  );
});
