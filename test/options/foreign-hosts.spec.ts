import { closeAccounts, createAccount } from '../support/account.js';

afterEach(closeAccounts);

/** What is logged at the start of endpoints that are not Betfair's. */
async function announced(changed: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const { simulator, start } = await createAccount();
  const { endpoints } = simulator.options();
  const { logger } = await start({ endpoints: { ...endpoints, ...changed } });
  return logger.lines.filter((line) => JSON.stringify(line).includes("not Betfair's"));
}

describe('endpoints that are not Betfair’s', () => {
  it('are named at the start if all of them are on this machine, as those of a simulator are', async () => {
    const lines = await announced({});
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject([
      'log',
      expect.stringMatching(
        /sent to endpoints that are not Betfair's: certLogin \(127\.0\.0\.1:\d+\), login .*, api \(127\.0\.0\.1:\d+\), stream \(127\.0\.0\.1:\d+\)\.$/,
      ),
      'BetfairSession',
    ]);
  });

  it.each([
    ['somewhere else', { login: 'https://proxy.example.com/api/login' }, /login \(proxy\.example/],
    [
      'of which one was forgotten',
      { keepAlive: 'https://identitysso.betfair.com/api/keepAlive' },
      /certLogin \(.*\), api \(.*\), stream \(.*\)\. The other endpoints are Betfair's\.$/,
    ],
    ['that only look so', { api: 'https://api.notbetfair.com' }, /api \(api\.notbetfair\.com\)/],
    ['of the stream', { stream: 'betfair.com.evil.org:443' }, /stream \(betfair\.com\.evil\.org\)/],
  ])('cause a warning at start-up: %s', async (_, changed, said) => {
    const lines = await announced(changed);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject(['warn', expect.stringMatching(said), 'BetfairSession']);
  });
});

it.each(['/exchange', '/?a=b', '/#f'])(
  'endpoints.api with "%s" after the host is refused at the start',
  async (rest) => {
    const { simulator, start } = await createAccount();
    const { endpoints } = simulator.options();
    const api = `${endpoints.api}${rest}`;
    await expect(start({ endpoints: { ...endpoints, api } })).rejects.toThrow(
      /endpoints\.api: must end after the host, such as https:\/\/api\.betfair\.com, without a path/,
    );
  },
);
