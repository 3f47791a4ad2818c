import { BetfairSimulator } from '../../../lib/testing/index.js';
import { CREDENTIALS, PROGRAMS, type ProgramStep } from './programs.js';
import { exchange, rawRequest } from './raw-wire.js';

let simulator: BetfairSimulator;

beforeEach(async () => {
  simulator = await BetfairSimulator.start({ accounts: [CREDENTIALS] });
});

afterEach(() => simulator.stop());

/** Takes a step, and returns the answer. */
async function take({ to, lines, body }: ProgramStep, token: string): Promise<unknown> {
  const { ca, certificate, endpoints, applicationKey } = simulator.options();
  const origin = new URL(to === 'main' ? endpoints.login : endpoints.certLogin).origin;
  const filled = lines.map((line) =>
    line
      .replace('{host}', new URL(origin).host)
      .replace('{key}', applicationKey)
      .replace('{token}', () => token),
  );
  const tls = { ca, ...(to === 'certificate' && certificate) };
  const reply = await exchange(origin, rawRequest(filled, body), tls);
  expect([lines[0], reply.status]).toEqual([lines[0], 200]);
  expect(reply.head).toMatch(/^content-type: application\/json/im);
  return JSON.parse(reply.body);
}

it.each(PROGRAMS)('$name gets through', async ({ steps }) => {
  let token = '';
  for (const step of steps) {
    const answer = await take(step, token);
    expect({ answer }).toMatchObject({ answer: step.answer });
    token ||= tokenIn(answer);
    expect(simulator.requests.at(-1)?.username).toBe(CREDENTIALS.username);
  }
  expect(simulator.counts.logins).toBe(1);
});

/** The token that a login answered. */
function tokenIn(answer: unknown): string {
  const found = /"(?:sessionToken|token)":"([^"]+)"/.exec(JSON.stringify(answer));
  return found?.[1] ?? '';
}
