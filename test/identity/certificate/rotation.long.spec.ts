import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BetfairConfigurationError,
  BetfairSessionError,
  type BetfairSessionOptions,
  type ClientCertificate,
  MemoryStorage,
  type WriteCondition,
} from 'nestjs-betfair-session';
import { closeAccounts, createAccount, type TestAccount } from '../../support/account.js';
import { VirtualClock } from '../../support/virtual.clock.js';
import {
  encrypt,
  hasOpenssl,
  makeCertificate,
  makePfx,
  type Pair,
} from '../support/certificates.js';
import { errorOf, expectNoSecret } from '../support/secrets.js';

const OLD = 'canary-old-passphrase';
const NEW = 'canary-new-passphrase';
let account: TestAccount;
let folder: string;
let before: Pair;
let after: Pair;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rotation-'));
  after = await makeCertificate();
});

beforeEach(async () => {
  account = await createAccount();
  before = account.simulator.account().certificate;
});

afterEach(closeAccounts);
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Buffer) => writeFile(at(name), content);
const files = (): ClientCertificate => ({
  cert: { file: at('r.crt') },
  key: { file: at('r.key') },
});
const pem = (passphrase?: string): ClientCertificate => ({
  pem: { file: at('r.pem') },
  passphrase,
});
const joined = ({ cert, key }: Pair) => `${cert}\n${key}`;

async function writePair({ cert, key }: Pair): Promise<void> {
  await write('r.crt', cert);
  await write('r.key', key);
}

/** Lines of both private keys, and the passphrases. */
function canaries(): string[] {
  const lines = [before, after].flatMap(({ key }) => key.split(/\r?\n/).slice(1, -2));
  return [...lines.filter((line) => line.length > 20), OLD, NEW];
}

/** A session from a login with the certificate as it is, ended at Betfair. */
async function startWith(
  certificate: BetfairSessionOptions['certificate'],
): Promise<{ renew: () => Promise<unknown> }> {
  const { sessions } = await account.start({ certificate });
  const first = await sessions.getSession();
  account.simulator.endSessions();
  return { renew: () => sessions.refresh(first) };
}

describe('a certificate that is replaced while the application runs', () => {
  it('counts at the next login, as a pair of files', async () => {
    await writePair(before);
    const { renew } = await startWith(files());
    await writePair(after);
    account.simulator.account().certificate = after;
    await renew();
    expect(account.simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });

  (hasOpenssl ? it : it.skip)('counts at the next login, as a PFX', async () => {
    await write('r.p12', makePfx(before, OLD));
    const { renew } = await startWith({ pfx: { file: at('r.p12') }, passphrase: OLD });
    await write('r.p12', makePfx(after, OLD));
    account.simulator.account().certificate = after;
    await renew();
    expect(account.simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });

  it('counts at the next login, with another passphrase, from a function', async () => {
    let certificate: ClientCertificate = { pem: joined(before) };
    const { renew } = await startWith(() => certificate);
    certificate = { cert: after.cert, key: encrypt(after.key, NEW), passphrase: NEW };
    account.simulator.account().certificate = after;
    await renew();
    expect(account.simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });

  /** States half-way, and how the fault begins that names the file. */
  const halfway: Record<
    string,
    [first: () => Promise<ClientCertificate>, then: () => Promise<unknown>, fault: string]
  > = {
    'the new certificate with the old key': [
      () => writePair(before).then(files),
      () => write('r.crt', after.cert),
      'certificate.key ("<folder>/r.key") does not belong to certificate.cert ("<folder>/r.crt").',
    ],
    'the old certificate with the new key': [
      () => writePair(before).then(files),
      () => write('r.key', after.key),
      'certificate.key ("<folder>/r.key") does not belong to certificate.cert ("<folder>/r.crt").',
    ],
    'a key that is gone': [
      () => writePair(before).then(files),
      () => rm(at('r.key')),
      'certificate.key: the file "<folder>/r.key" cannot be read (ENOENT).',
    ],
    'an empty file': [
      () => writePair(before).then(files),
      () => write('r.crt', ''),
      'certificate.cert ("<folder>/r.crt") is empty.',
    ],
    'half of a file': [
      () => write('r.pem', joined(before)).then(() => pem()),
      () => write('r.pem', joined(after).slice(0, -100)),
      'certificate.pem ("<folder>/r.pem") is cut off: its last line is missing.',
    ],
    'a key with a new passphrase': [
      () =>
        write('r.pem', joined({ ...before, key: encrypt(before.key, OLD) })).then(() => pem(OLD)),
      () => write('r.pem', joined({ ...after, key: encrypt(after.key, NEW) })),
      'certificate.pem ("<folder>/r.pem") holds an encrypted private key that certificate.passphrase does not open.',
    ],
    'a certificate that has expired': [
      () => write('r.pem', joined(before)).then(() => pem()),
      async () =>
        write('r.pem', joined(await makeCertificate({ from: new Date(0), to: new Date(1e12) }))),
      'certificate.pem ("<folder>/r.pem") expired on 2001-09-09T01:46:40.000Z.',
    ],
  };
  if (hasOpenssl) {
    halfway['a PFX with a new passphrase'] = [
      () =>
        write('r.p12', makePfx(before, OLD)).then(() => ({
          pfx: { file: at('r.p12') },
          passphrase: OLD,
        })),
      () => write('r.p12', makePfx(after, NEW)),
      'certificate.pfx ("<folder>/r.p12") cannot be opened with certificate.passphrase, or is damaged.',
    ];
  }

  it.each(Object.entries(halfway))(
    'fails by its name, without an attempt, with %s',
    async (_, [first, then, fault]) => {
      const { renew } = await startWith(await first());
      await then();
      const failure = await errorOf(renew());
      expect(failure).toBeInstanceOf(BetfairConfigurationError);
      const expected = `Betfair session: ${fault.replaceAll('<folder>', folder)}`;
      expect(
        String(failure).replace('BetfairConfigurationError: ', '').slice(0, expected.length),
      ).toBe(expected);
      expect(account.simulator.counts.loginAttempts).toBe(1);
      expectNoSecret(failure, canaries());
    },
  );
});

/** Does something between the reading of the credentials and the login: when the lease is taken. */
class StoreWithAHook extends MemoryStorage {
  constructor(private hook: (() => Promise<unknown>) | undefined) {
    super();
  }

  override async write(key: string, value: string, condition: WriteCondition): Promise<string> {
    const { hook } = this;
    this.hook = undefined;
    await hook?.();
    return super.write(key, value, condition);
  }
}

describe('everything that one login sends is read once', () => {
  it('so a certificate that is replaced in between counts at the next login', async () => {
    await writePair(before);
    const storage = new StoreWithAHook(() => writePair(after));
    const { sessions } = await account.start({ certificate: files(), storage });
    await sessions.getSession();
    expect(account.simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1 });
  });

  it('so a refusal binds the certificate that was refused, and not the one that replaced it', async () => {
    let current = before;
    account.simulator.account().certificate = after;
    const storage = new StoreWithAHook(async () => {
      current = after;
    });
    const clock = new VirtualClock();
    const { sessions } = await account.start({ certificate: () => current, storage }, clock);
    expect(await errorOf(clock.until(sessions.getSession()))).toMatchObject({
      loginCode: 'CERT_AUTH_REQUIRED',
    });
    // Past the pause that follows a failure; nothing else holds back credentials that are others by now.
    await clock.advance(60_000);
    await clock.until(sessions.getSession());
    expect(account.simulator.counts).toMatchObject({ logins: 1, loginAttempts: 2 });
  });
});

describe('a function of the certificate', () => {
  it('is not asked at start-up, and once for each login', async () => {
    let asked = 0;
    const certificate = async () => {
      asked += 1;
      return before;
    };
    const { sessions } = await account.start({ certificate });
    expect(asked).toBe(0);
    const first = await sessions.getSession();
    expect(asked).toBe(1);
    await sessions.getSession();
    account.simulator.endSessions();
    await sessions.refresh(first);
    expect(asked).toBe(2);
    expect(account.simulator.counts.logins).toBe(2);
  });

  it('is asked at most once in requestTimeout and 5 seconds while logins are refused', async () => {
    let asked = 0;
    const clock = new VirtualClock();
    const certificate = () => {
      asked += 1;
      return after;
    };
    const { sessions } = await account.start({ certificate, requestTimeout: 2_000 }, clock);
    for (let second = 0; second < 21; second += 1) {
      expect(await errorOf(clock.until(sessions.getSession()))).toMatchObject({
        loginCode: 'CERT_AUTH_REQUIRED',
      });
      await clock.advance(1_000);
    }
    expect(account.simulator.counts.loginAttempts).toBe(1);
    // Once for the login, then in the seconds 0 (the login used the first up), 7 and 14.
    expect(asked).toBeLessThanOrEqual(5);
    expect(asked).toBeGreaterThanOrEqual(3);
  });

  const faulty: [name: string, returned: () => unknown, message: string][] = [
    [
      'nothing',
      () => undefined,
      'certificate(): set it to { cert, key } or { pem }, each PEM text',
    ],
    [
      'a part',
      async () => ({ cert: before.cert }),
      'certificate().key: set it too, to the private key',
    ],
    [
      'a pair that does not match',
      async () => ({ cert: before.cert, key: after.key }),
      'certificate().key does not belong to certificate().cert.',
    ],
    [
      'what the secret holds in base64',
      async () => ({ pem: Buffer.from(joined(before)).toString('base64') }),
      'certificate().pem is a PEM in base64. Decode it first: base64 -d.',
    ],
    [
      'a text where a path belongs',
      async () => ({ pem: { file: joined(before) } }),
      'certificate().pem.file holds the text of a private key, not a path.',
    ],
  ];

  it.each(faulty)(
    'that returns %s is an error of the configuration, without an attempt',
    async (_, returned, message) => {
      const certificate = () => Object.assign({ it: before }, { it: returned() }).it;
      const { sessions } = await account.start({ certificate });
      const failure = await errorOf(sessions.getSession());
      expect(failure).toBeInstanceOf(BetfairConfigurationError);
      expect(String(failure)).toContain(`Betfair session: ${message}`);
      expect(account.simulator.counts.loginAttempts).toBe(0);
      expectNoSecret(failure, canaries());
    },
  );

  it('that fails is reported with the kind of its error, not its text', async () => {
    const denied = Object.assign(new Error('canary-text'), { code: 'AccessDenied' });
    const { sessions } = await account.start({ certificate: () => Promise.reject(denied) });
    const failure = await errorOf(sessions.getSession());
    expect(failure).toBeInstanceOf(BetfairSessionError);
    expect(failure).toMatchObject({
      message: 'The function of the option "certificate" failed.',
      cause: { code: 'AccessDenied' },
    });
    expect(account.simulator.counts.loginAttempts).toBe(0);
  });

  it('has a warning before the certificate of the last login expires', async () => {
    const day = 86_400_000;
    const expiring = await makeCertificate({ to: new Date(Date.now() + 10.5 * day) });
    account.simulator.account().certificate = expiring;
    const { sessions, logger } = await account.start({ certificate: () => expiring });
    await sessions.getSession();
    await new Promise(setImmediate);
    const warnings = logger.lines.filter(
      ([level, text]) => level === 'warn' && /expires in 10 days/.test(String(text)),
    );
    expect(warnings).toHaveLength(1);
  });
});
