import { inspect } from 'node:util';
import { createTestSession } from 'nestjs-betfair-session/testing';

const session = createTestSession({ token: 'a-token', applicationKey: 'an-application-key' });

it('carries what every call to an API needs', () => {
  const headers = {
    'X-Authentication': 'a-token',
    'X-Application': 'an-application-key',
    Accept: 'application/json',
    'Content-Type': 'application/json',
  };
  expect(session).toMatchObject({ token: 'a-token', applicationKey: 'an-application-key' });
  expect(session.headers()).toEqual(headers);
  // Whoever changes what was handed out changes no other call.
  Object.assign(session.headers(), { 'X-Authentication': 'changed' });
  expect(session.headers()).toEqual(headers);
});

it('carries the first message of a stream, with an id where one is given', () => {
  const message = { op: 'authentication', appKey: 'an-application-key', session: 'a-token' };
  expect(session.streamAuthentication()).toStrictEqual(message);
  expect(session.streamAuthentication({})).toStrictEqual(message);
  expect(session.streamAuthentication({ id: undefined })).toStrictEqual(message);
  expect(session.streamAuthentication({ id: 0 })).toStrictEqual({ ...message, id: 0 });
});

it('cannot be changed', () => {
  expect(Object.isFrozen(session)).toBe(true);
});

it('shows its generation, and no secret, however it is printed', () => {
  expect(String(session)).toBe('BetfairSession(generation 1)');
  expect(inspect({ session })).toBe('{ session: BetfairSession(generation 1) }');
  expect(JSON.stringify({ session })).toBe('{"session":{"generation":1}}');
});
