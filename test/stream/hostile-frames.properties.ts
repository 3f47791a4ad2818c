import type { TLSSocket } from 'node:tls';
import * as fc from 'fast-check';
import { BetfairSessionError } from 'nestjs-betfair-session';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { shownOf } from '../identity/support/secrets.js';
import { formsOf, PLANTED, searchFor, shownOfError } from '../support/planted.js';
import { MARKET, StreamScene } from './follower.js';
import { OddServer } from './odd-server.js';

const CODES = [
  'INVALID_INPUT',
  'SUBSCRIPTION_LIMIT_EXCEEDED',
  'INVALID_CLOCK',
  'TIMEOUT',
  'A_CODE',
];

/** A text without what no code has, so that a secret is found however a code spells it. */
const lettersOf = (text: string) => text.toUpperCase().replaceAll(/[^A-Z]/g, '');

/** What a server may send that knows these secrets: messages with anything in them, and no messages. */
function frames(secrets: readonly string[]): fc.Arbitrary<string> {
  const echo = fc.constantFrom(...secrets.flatMap(formsOf));
  const text = fc.oneof(
    { arbitrary: echo, weight: 3 },
    echo.map((one) => `Planted: ${one}.`),
    fc.constantFrom(...secrets.map(lettersOf), ...secrets.map((one) => `BAD_${lettersOf(one)}`)),
    fc.constantFrom(...CODES),
    fc.string({ maxLength: 20 }),
  );
  const anything = fc.oneof(text, fc.double(), fc.jsonValue({ maxDepth: 2 }));
  const id = fc.constantFrom<unknown>(1, 2, 3, '2', null);
  const status = fc.record(
    {
      op: fc.constant('status'),
      id,
      statusCode: fc.constantFrom<unknown>('SUCCESS', 'FAILURE', null),
      errorCode: fc.oneof(text, fc.constantFrom(...CODES)),
      errorMessage: text,
      connectionClosed: fc.boolean(),
      connectionId: anything,
    },
    { requiredKeys: ['op', 'id', 'statusCode'] },
  );
  const change = fc.record(
    {
      op: fc.constantFrom('mcm', 'ocm'),
      id,
      ct: fc.oneof(fc.constantFrom('SUB_IMAGE', 'RESUB_DELTA', 'HEARTBEAT'), text),
      initialClk: anything,
      clk: anything,
      heartbeatMs: anything,
      segmentType: fc.oneof(fc.constantFrom('SEG_START', 'SEG', 'SEG_END'), text),
      mc: anything,
    },
    { requiredKeys: ['op', 'id'] },
  );
  const message = fc.oneof(
    status,
    change,
    fc.record({ op: fc.constant('connection'), connectionId: anything }),
  );
  const line = fc.oneof(
    { arbitrary: message.map((one) => JSON.stringify(one)), weight: 8 },
    { arbitrary: fc.json({ maxDepth: 2 }), weight: 1 },
    { arbitrary: text, weight: 1 },
  );
  // The beginning of a conversation that works, up to any step.
  const begun = fc.tuple(text, fc.constantFrom(0, 1, 2, 4, 4)).map(([connectionId, steps]) =>
    [
      { op: 'connection', connectionId },
      { op: 'status', id: 1, statusCode: 'SUCCESS' },
      { op: 'status', id: 2, statusCode: 'SUCCESS' },
      { op: 'mcm', id: 2, ct: 'SUB_IMAGE', initialClk: 'i', clk: 'c', pt: 1, mc: [] },
    ].slice(0, steps),
  );
  return fc
    .tuple(begun, fc.array(line, { maxLength: 6 }), fc.constantFrom('\r\n', '\n', ''))
    .map(
      ([start, lines, end]) =>
        [...start.map((one) => JSON.stringify(one)), ...lines].join('\r\n') + end,
    );
}

/** What no server in the place of the Stream API can do. */
export function describeHostileFrames(numRuns: number): void {
  it(`no server (${numRuns}) makes the stream fail in another way, or show a secret`, async () => {
    let said = '';
    const server = await OddServer.start((socket: TLSSocket) => socket.end(said));
    const { applicationKey } = PLANTED;
    const scene = await StreamScene.start({ simulator: { accounts: [{ applicationKey }] } });
    const { sessions } = scene.application;
    const { token } = await sessions.getSession();
    const secrets = [token, applicationKey];
    const secretsIn = searchFor(secrets);
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(frames(secrets), async (text) => {
        said = text;
        const stream = new BetfairStream(sessions, server.address);
        const statuses: unknown[] = [];
        stream.status$.subscribe((status) => statuses.push(status));
        const subscription = stream.messages(MARKET).subscribe();
        await scene.until(() => stream.status[0]?.state === 'waiting');
        const error = stream.status[0]?.error;
        subscription.unsubscribe();
        if (!(error instanceof BetfairSessionError)) throw new Error('It says no reason.');
        codes.add(error.code);
        const shown = shownOfError(error) + shownOf(statuses);
        expect(secretsIn(shown)).toEqual([]);
        expect(lettersOf(shown)).not.toContain(lettersOf(applicationKey));
      }),
      { numRuns },
    );
    expect([...codes].toSorted()).toEqual(['BETFAIR_STREAM_LOST', 'BETFAIR_STREAM_REFUSED']);
    expect(secretsIn(scene.logged)).toEqual([]);
    expect(scene.simulator.counts.logins).toBe(1);
  }, 120_000);
}
