import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { connect, type Server as TcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { join } from 'node:path';
import {
  betfairSessionOptionsFromEnv,
  SessionService,
  type SessionStorage,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { CERTIFICATE_FILES } from '../../../lib/cli/simulator/simulator.certificates.js';
import { serverCertificate } from '../../../lib/testing/simulator/http/certificates.js';
import { readAccount } from '../../../lib/cli/account/read.account.js';
import { checkNode } from '../../../lib/cli/doctor/node.check.js';
import { storeStep } from '../../../lib/cli/doctor/store.step.js';
import { hasOpenssl, makeCertificate, makePfx } from '../../identity/support/certificates.js';
import { cleanUp, type Variables } from './support/command.js';
import { findingsIn, healthyWorld, runIn, type World } from './support/world.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const OTHER = 'somebody.else';
const ifOpenssl = hasOpenssl ? it : it.skip;

let simulator: BetfairSimulator;
const servers: TcpServer[] = [];

beforeAll(async () => {
  simulator = await BetfairSimulator.start({ accounts: [{}, { username: OTHER }] });
});

afterEach(() => {
  simulator.intercept(() => undefined);
  simulator.account().loginCode = undefined;
  for (const server of servers.splice(0)) server.close();
});

afterAll(async () => {
  await simulator.stop();
  await cleanUp();
});

/** Changes a healthy world, and returns the variables that are different. */
type Break = (world: World) => Variables | Promise<Variables>;

/** The findings in a broken world, in which no login must be made. */
async function diagnose(spoil: Break): Promise<readonly string[]> {
  const world = await healthyWorld(simulator);
  const changed = await spoil(world);
  const before = simulator.counts;
  const outcome = await runIn(
    { ...world, variables: { ...world.variables, ...changed } },
    'doctor',
    '--json',
  );
  const findings = findingsIn(outcome);
  expect(simulator.counts).toEqual(before);
  expect(outcome.code).toBe(findings.some((line) => line.startsWith('fail ')) ? 1 : 0);
  return findings;
}

function portOf(server: TcpServer): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return address.port;
}

/** Writes a certificate of the account in place of its own. */
async function replaceCertificate(
  { folder }: World,
  wanted: Parameters<typeof makeCertificate>[0],
): Promise<Variables> {
  const { cert, key } = await makeCertificate(wanted);
  await writeFile(join(folder, 'client.crt'), cert);
  await writeFile(join(folder, 'client.key'), key);
  return {};
}

/** A proxy that answers each request for a tunnel with a status. */
async function proxyThat(status: number): Promise<Variables> {
  const server = createServer().listen(0, '127.0.0.1');
  servers.push(server);
  server.on('connect', (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
  await once(server, 'listening');
  return { HTTPS_PROXY: `http://user:proxysecret@127.0.0.1:${portOf(server)}`, NO_PROXY: '' };
}

/** An application that logs in once, with other variables than the doctor has. */
async function logInBefore({ variables }: World, changed: Variables = {}): Promise<void> {
  const options = betfairSessionOptionsFromEnv({ ...variables, ...changed });
  const sessions = await SessionService.create(options);
  await sessions.getSession().catch(() => undefined);
  await sessions.close();
}

/** The text of an .env file. */
function envOf(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, text]) => `${name}='${text ?? ''}'`)
    .join('\n');
}

const at = (days: number) => new Date(Date.now() + days * DAY_MS);

/** Findings that must be there. */
type Expected = readonly (string | RegExp)[];

const BROKEN: readonly (readonly [name: string, spoil: Break, ...expected: Expected])[] = [
  [
    'without any variable',
    ({ variables }) => Object.fromEntries(Object.keys(variables).map((name) => [name, undefined])),
    'fail options: BETFAIR_USERNAME: set this environment variable.',
    'fail options: BETFAIR_PASSWORD: set this environment variable.',
    'fail options: BETFAIR_APP_KEY: set this environment variable.',
    /^fail options: Set BETFAIR_CERT_FILE and BETFAIR_KEY_FILE \(or /,
    'skip certificate: Not checked, because of the failure above (options).',
    'skip network: Not checked, because of the failure above (options).',
  ],
  [
    'with half of the variables',
    () => ({ BETFAIR_PASSWORD: undefined, BETFAIR_KEY_FILE: undefined }),
    'fail options: BETFAIR_PASSWORD: set this environment variable.',
    /^fail options: BETFAIR_KEY_FILE: set it too, to the private key of the certificate in BETFAIR_CERT_FILE\.$/,
    'skip store: Not checked, because of the failure above (options).',
  ],
  [
    'with a misspelt variable',
    () => ({ BETFAIR_PASSWORD: undefined, BETFAIR_PASWORD: 'p4ssword' }),
    'fail options: BETFAIR_PASSWORD: set this environment variable.',
    'warn options: BETFAIR_PASWORD is not read. Did you mean BETFAIR_PASSWORD?',
  ],
  [
    'with the key of another certificate',
    async ({ folder }) => {
      const { key } = await makeCertificate();
      await writeFile(join(folder, 'client.key'), key);
      return {};
    },
    /^fail certificate: BETFAIR_KEY_FILE \(".*client\.key"\) does not belong to BETFAIR_CERT_FILE \(/,
    /^ok network: /,
    /^skip login: /,
  ],
  [
    'with an expired certificate',
    (world) => replaceCertificate(world, { from: at(-400), to: at(-35) }),
    /^fail certificate: BETFAIR_CERT_FILE .* expired on 2.*\. Create a new certificate and upload it/,
  ],
  [
    'with a certificate of the future',
    (world) => replaceCertificate(world, { from: at(2), to: at(35) }),
    /^fail certificate: BETFAIR_CERT_FILE .* is valid only from 2.*\. Check the clock of this machine\.$/,
  ],
  [
    'with a certificate that expires soon',
    (world) => replaceCertificate(world, { from: at(-300), to: at(20.5) }),
    /^warn certificate: The client certificate expires in 20 days, on /,
    /^ok record: /,
  ],
  [
    'with a certificate for servers',
    (world) => replaceCertificate(world, { purposes: ['serverAuth'] }),
    /^fail certificate: BETFAIR_CERT_FILE .* does not allow client authentication/,
  ],
  [
    'with a key that everybody can read',
    async ({ folder }) => {
      await chmod(join(folder, 'client.key'), 0o644);
      return {};
    },
    /^warn certificate: Every user of this machine can read the private key in BETFAIR_KEY_FILE\. Run: chmod 600 \/.*client\.key$/,
    /^ok certificate: /,
  ],
  [
    'with a key that everybody can read, whose name a shell would split',
    async ({ folder }) => {
      const key = join(folder, "o'brien & co.key");
      await rename(join(folder, 'client.key'), key);
      await chmod(key, 0o644);
      return { BETFAIR_KEY_FILE: key };
    },
    /^warn certificate: Every user .* Run: chmod 600 '\/.*\/o'\\''brien & co\.key'$/,
    /^ok certificate: /,
  ],
  [
    'with a key that everybody can read, in UTF-16',
    async ({ folder }) => {
      const { key } = simulator.account().certificate;
      await writeFile(join(folder, 'client.key'), Buffer.from(`\uFEFF${key}`, 'utf16le'));
      await chmod(join(folder, 'client.key'), 0o644);
      return {};
    },
    /^fail certificate: BETFAIR_KEY_FILE .* is UTF-16, as Windows PowerShell writes text\./,
    /^warn certificate: Every user .* BETFAIR_KEY_FILE\. Run: chmod 600 \/.*client\.key$/,
  ],
  [
    'with a clock that is behind',
    () => {
      const date = new Date(Date.now() + 17 * MINUTE_MS).toUTCString();
      simulator.intercept(({ method }) =>
        method === 'HEAD' ? { status: 404, headers: { date }, body: '' } : undefined,
      );
      return {};
    },
    /^warn clock: The clock of this machine is 17 minutes behind Betfair's\. Set it/,
  ],
  [
    'with a clock that is ahead',
    () => {
      const date = new Date(Date.now() - 180 * MINUTE_MS).toUTCString();
      simulator.intercept(({ method }) =>
        method === 'HEAD' ? { status: 404, headers: { date }, body: '' } : undefined,
      );
      return {};
    },
    /^warn clock: The clock of this machine is 3 hours ahead of Betfair's\. Set it/,
  ],
  [
    'with a host name that does not exist',
    () => ({ BETFAIR_ENDPOINT_API: 'https://api.betfair.invalid' }),
    /^warn network: Credentials and sessions are sent to endpoints that are not Betfair's: .*api \(api\.betfair\.invalid\)/,
    /^fail network: api\.betfair\.invalid:443 \(API\): DNS: (there is no host of this name\. Check the spelling \(BETFAIR_ENDPOINT_|no answer)/,
    /^ok network: 127\.0\.0\.1:\d+ \(login\)/,
    'skip clock: Not checked, because of the failure above (network).',
    /^ok store: /,
  ],
  [
    'with a port that is closed',
    () => ({ BETFAIR_ENDPOINT_KEEP_ALIVE: 'https://127.0.0.1:1/api/keepAlive' }),
    'fail network: 127.0.0.1:1 (keepAlive): TCP: the server refused the connection (ECONNREFUSED). Check the port, and look for a firewall.',
  ],
  [
    'with a port that is closed on a host with a name',
    () => ({ BETFAIR_ENDPOINT_API: 'https://localhost:1' }),
    'fail network: localhost:1 (API): TCP: the server refused the connection (ECONNREFUSED). Check the port, and look for a firewall.',
  ],
  [
    'with a closed port of the Stream API',
    () => ({ BETFAIR_ENDPOINT_STREAM: '127.0.0.1:1' }),
    /^warn network: 127\.0\.0\.1:1 \(stream\): TCP: .* Only applications that use the Stream API need it\.$/,
    /^ok record: /,
  ],
  [
    'with something in between that inspects TLS',
    () => ({ BETFAIR_CA_FILE: undefined }),
    /^fail network: 127\.0\.0\.1:\d+ \(login\): TLS: .*something in between reads the traffic.* Set BETFAIR_CA_FILE to the file of that authority's certificate \(PEM\), or NODE_EXTRA_CA_CERTS/,
  ],
  [
    'with a server that speaks no TLS',
    async () => {
      const server = createServer().listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
      return { BETFAIR_ENDPOINT_API: `https://127.0.0.1:${portOf(server)}` };
    },
    /^fail network: 127\.0\.0\.1:\d+ \(API\): TLS: /,
  ],
  [
    'with a proxy that refuses',
    () => proxyThat(403),
    /^ok network: The proxy 127\.0\.0\.1:\d+ is used \(HTTPS_PROXY\)\.$/,
    /^fail network: .* \(login\): The proxy refused the connection \(403\)\. Ask who runs it/,
  ],
  [
    'with a proxy that wants a password',
    () => proxyThat(407),
    /^fail network: .* \(login\): The proxy wants a user name and a password \(407\)\. /,
  ],
  [
    'with a proxy that is down',
    () => ({ HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '' }),
    /^fail network: .* \(login\): TCP: the proxy refused the connection \(ECONNREFUSED\)/,
  ],
  [
    'with a proxy that is no URL',
    () => ({ HTTPS_PROXY: '://nowhere', NO_PROXY: '' }),
    'fail network: the environment variable HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy. Write it as http://proxy.example:3128.',
  ],
  [
    'with a directory that cannot be written',
    () => ({ BETFAIR_STORAGE: 'file:///proc/1/sessions' }),
    /^fail store: The session directory "\/proc\/1\/sessions" cannot be used \(E[A-Z]+\)\. /,
    'skip record: Not checked, because of the failure above (store).',
  ],
  [
    'with a file in place of the directory',
    async ({ folder }) => {
      await writeFile(join(folder, 'session-data'), '');
      return {};
    },
    /^fail store: The session directory ".*session-data" cannot be used \(E[A-Z]+\)\. It must be a directory/,
  ],
  [
    'without the package of its store',
    () => ({ BETFAIR_STORAGE: 'redis://127.0.0.1:1' }),
    /^fail store: .* needs the package "ioredis"\. Install it: npm i ioredis$/,
  ],
  [
    'with a storage URL that nobody knows',
    () => ({ BETFAIR_STORAGE: 'mongodb://user:storagesecret@host' }),
    /^fail options: BETFAIR_STORAGE: "mongodb:" is not a known storage scheme\. /,
  ],
  [
    'with a store in memory',
    () => ({ BETFAIR_STORAGE: 'mem://' }),
    'warn store: It is in memory, so every start logs in. Name a store that lasts: BETFAIR_STORAGE=file:./session-data.',
    'ok record: Each process keeps its own.',
  ],
  [
    'after a refused login',
    async (world) => {
      simulator.account().loginCode = 'KYC_SUSPEND';
      await logInBefore(world);
      return {};
    },
    /^fail record: Betfair refused the login with KYC_SUSPEND\. .* To lift it from here: npx nestjs-betfair-session unblock\.$/,
    'skip login: Not tried. Add --login to log in once, as an application does.',
  ],
  [
    'after other credentials were refused',
    async (world) => {
      await logInBefore(world, { BETFAIR_PASSWORD: 'wr0ng-password' });
      return {};
    },
    'ok record: Other credentials were refused before (INVALID_USERNAME_OR_PASSWORD). These may log in.',
  ],
  [
    'during a ban',
    async (world) => {
      simulator.account().loginCode = 'TEMPORARY_BAN_TOO_MANY_REQUESTS';
      await logInBefore(world);
      return {};
    },
    /^fail record: Betfair has banned this account from logging in for 20 minutes.* No login is attempted before 2\d{3}-.*Z\. It ends alone\. To lift it sooner: /,
  ],
  [
    'with the session of another account',
    async (world) => {
      const shared = { BETFAIR_SESSION_KEY: 'session.token' };
      const other = simulator.options(OTHER);
      await logInBefore(world, {
        ...shared,
        BETFAIR_USERNAME: other.username,
        BETFAIR_PASSWORD: other.password,
        BETFAIR_APP_KEY: other.applicationKey,
        BETFAIR_CERT_FILE: undefined,
        BETFAIR_KEY_FILE: undefined,
        BETFAIR_CERT: other.certificate.cert,
        BETFAIR_KEY: other.certificate.key,
      });
      return shared;
    },
    /^fail record: BETFAIR_SESSION_KEY: the session stored as "session\.token" belongs to another Betfair account .* delete "session\.token\.lease" and "session\.token" from the store\.$/,
  ],
  [
    'with a name of its own choice',
    () => ({ BETFAIR_SESSION_KEY: 'session.token' }),
    /^warn sharing: The session has a name of your choice: BETFAIR_SESSION_KEY=session\.token\. .* the Go library betfair-session/,
  ],
];

describe('doctor', () => {
  it('finds nothing wrong in a healthy world, and makes no login', async () => {
    const world = await healthyWorld(simulator);
    const before = simulator.counts;
    const { code, stdout, stderr } = await runIn(world, 'doctor');
    expect([code, stderr]).toEqual([0, '']);
    expect(simulator.counts).toEqual(before);
    const states = stdout.match(/^\w+ +\w+/gm)?.map((line) => line.replace(/ +/, ' '));
    expect(states).toEqual([
      'ok node',
      'ok options',
      'ok certificate',
      'ok network',
      'ok network',
      'ok network',
      'ok network',
      'ok clock',
      'ok store',
      'ok record',
      'ok sharing',
      'skip login',
      'Nothing is',
    ]);
    expect(stdout).toMatch(/\nNothing is wrong\.\n$/);
    // The object of its own is gone.
    const left = await readdir(join(world.folder, 'session-data'));
    expect(left.filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('logs in once with --login, and an application resumes that session', async () => {
    const world = await healthyWorld(simulator);
    const { logins } = simulator.counts;
    const outcome = await runIn(world, 'doctor', '--login', '--json');
    expect(outcome.code).toBe(0);
    const text = 'ok login: Logged in. The session is stored, and the next start uses it.';
    expect(findingsIn(outcome)).toContain(text);
    expect(simulator.counts.logins).toBe(logins + 1);
    const [token = ''] = simulator.liveTokens().slice(-1);
    expect(outcome.stdout).not.toContain(token);

    const status = await runIn(world, 'status');
    expect(status.stdout).toMatch(/^session {2}stored: session-/m);
    expect(status.stdout).not.toContain(token);
    const again = findingsIn(await runIn(world, 'doctor', '--login', '--json'));
    expect(again.at(-1)).toMatch(
      /^ok login: The stored session is alive, so no login was needed\./,
    );
    const sessions = await SessionService.create(betfairSessionOptionsFromEnv(world.variables));
    expect((await sessions.getSession()).token).toBe(token);
    await sessions.close();
    expect(simulator.counts.logins).toBe(logins + 1);
  });

  it('goes through a proxy that works, and shows no password of it', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const tunnels: (string | undefined)[] = [];
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    server.on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      const [host, port] = url.split(':');
      const beyond = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(beyond).pipe(socket);
      });
      for (const one of [beyond, socket]) one.on('error', () => undefined);
    });
    await once(server, 'listening');
    const proxy = {
      HTTPS_PROXY: `http://user:proxysecret@127.0.0.1:${portOf(server)}`,
      NO_PROXY: '',
    };
    const world = { folder, variables: { ...variables, ...proxy } };
    const { code, stdout } = await runIn(world, 'doctor', '--login');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ok {4}network {6}The proxy 127\.0\.0\.1:\d+ is used \(HTTPS_PROXY\)\.$/m,
    );
    expect(stdout).toMatch(/^ok {4}clock /m);
    // Three servers, the clock, the login.
    expect(tunnels.length).toBeGreaterThanOrEqual(5);
  });

  it('says what Betfair says to a login, and keeps to it afterwards', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const world = { folder, variables: { ...variables, BETFAIR_PASSWORD: 'wr0ng-password' } };
    const { loginAttempts } = simulator.counts;
    const first = findingsIn(await runIn(world, 'doctor', '--login', '--json'));
    expect(first.at(-1)).toMatch(/^fail login: .* INVALID_USERNAME_OR_PASSWORD\. Check user name/);
    const second = findingsIn(await runIn(world, 'doctor', '--login', '--json'));
    expect(second.at(-1)).toBe('skip login: Not checked, because of the failure above (record).');
    expect(simulator.counts.loginAttempts).toBe(loginAttempts + 1);
  });

  it('logs out again if the store is in memory', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const live = simulator.liveTokens().length;
    const world = { folder, variables: { ...variables, BETFAIR_STORAGE: 'mem://' } };
    const found = findingsIn(await runIn(world, 'doctor', '--login', '--json'));
    expect(found.at(-1)).toMatch(/^ok login: Logged in, and out again/);
    expect(simulator.liveTokens()).toHaveLength(live);
  });

  it.each(BROKEN.map(([name, spoil, ...expected]) => ({ name, spoil, expected })))(
    'is right $name',
    async ({ spoil, expected }) => {
      const findings = await diagnose(spoil);
      const missing = expected.filter(
        (wanted) =>
          !findings.some((line) =>
            wanted instanceof RegExp ? wanted.test(line) : wanted === line,
          ),
      );
      expect({ missing, findings: missing.length > 0 ? findings : [] }).toEqual({
        missing: [],
        findings: [],
      });
    },
  );

  it.each([
    ['a device', () => '/dev/null', /is a pipe or a device/],
    ['an empty file', (folder: string) => join(folder, 'empty.key'), /is empty/],
    ['a directory', (folder: string) => folder, /It is a directory/],
    ['its certificate', (folder: string) => join(folder, 'client.crt'), /no private key/],
  ])('gives no advice on the rights of %s in place of the key', async (_, pathIn, fault) => {
    const findings = await diagnose(async ({ folder }) => {
      await writeFile(join(folder, 'empty.key'), '');
      return { BETFAIR_KEY_FILE: pathIn(folder) };
    });
    const found = findings.filter((line) => / certificate: /.test(line));
    expect(found).toEqual([expect.stringMatching(/^fail certificate: BETFAIR_KEY_FILE/)]);
    expect(found[0]).toMatch(fault);
  });

  ifOpenssl('warns of a PFX that everybody can read', async () => {
    const findings = await diagnose(async ({ folder }) => {
      const file = join(folder, 'client.p12');
      await writeFile(file, makePfx(simulator.account().certificate, 'right-passphrase'));
      await chmod(file, 0o644);
      return {
        BETFAIR_CERT_FILE: undefined,
        BETFAIR_KEY_FILE: undefined,
        BETFAIR_PFX_FILE: file,
        BETFAIR_PASSPHRASE: 'right-passphrase',
      };
    });
    expect(findings).toContainEqual(
      expect.stringMatching(/^warn certificate: Every user .* BETFAIR_PFX_FILE\. Run: chmod 600 /),
    );
  });

  ifOpenssl('is right with a PFX and a wrong passphrase', async () => {
    const findings = await diagnose(async ({ folder }) => {
      const pfx = makePfx(simulator.account().certificate, 'right-passphrase');
      await writeFile(join(folder, 'client.p12'), pfx);
      return {
        BETFAIR_CERT_FILE: undefined,
        BETFAIR_KEY_FILE: undefined,
        BETFAIR_PFX_FILE: join(folder, 'client.p12'),
        BETFAIR_PASSPHRASE: 'wr0ng-passphrase',
      };
    });
    expect(findings).toContainEqual(
      expect.stringMatching(
        /^fail certificate: BETFAIR_PFX_FILE .* cannot be opened with BETFAIR_PASSPHRASE, or is damaged\./,
      ),
    );
  });

  it('reads an .env file, in which the environment counts for more', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    await mkdir(join(folder, 'settings'));
    await writeFile(join(folder, 'settings/.env'), envOf(variables));
    const args = ['doctor', '--json', '--env-file', 'settings/.env'];

    const alone = await runIn({ folder, variables: {} }, ...args);
    expect([alone.code, findingsIn(alone).length]).toEqual([0, 12]);
    expect(alone.stdout).not.toContain(variables['BETFAIR_PASSWORD']);

    const world = {
      folder,
      variables: { BETFAIR_JURISDICTION: 'mars', BETFAIR_APP_KEY: 'AnotherAppKey9' },
    };
    const findings = findingsIn(await runIn(world, ...args));
    expect(findings).toContainEqual(expect.stringMatching(/^fail options: BETFAIR_JURISDICTION: /));
    expect(findings).toContainEqual(
      expect.stringMatching(/^warn options: BETFAIR_APP_KEY has one value in the file and another/),
    );
  });

  it.each([
    ['with a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    [
      'with a byte order mark before a comment',
      (text: string) => Buffer.from(`\uFEFF# us\n${text}`),
    ],
    ['with the line ends of Windows', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('reads an .env file %s', async (_, encode) => {
    const { folder, variables } = await healthyWorld(simulator);
    await writeFile(join(folder, '.env'), encode(envOf(variables)));
    const outcome = await runIn(
      { folder, variables: {} },
      'doctor',
      '--json',
      '--env-file',
      '.env',
    );
    expect([outcome.code, findingsIn(outcome).length]).toEqual([0, 12]);
  });

  it.each([
    ['with its mark', '\uFEFF'],
    ['without a mark', ''],
  ])('names an .env file in UTF-16 as such, %s', async (_, mark) => {
    const { folder, variables } = await healthyWorld(simulator);
    const bytes = Buffer.from(`${mark}${envOf(variables)}`, 'utf16le');
    for (const written of [bytes, Buffer.from(bytes).swap16()]) {
      await writeFile(join(folder, '.env'), written);
      const world = { folder, variables: {} };
      const { code, stdout, stderr } = await runIn(world, 'doctor', '--env-file', '.env');
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(
        `Error: --env-file: the file "${join(folder, '.env')}" is UTF-16, as Windows PowerShell writes text. Save it as ASCII or UTF-8.\n`,
      );
    }
  });

  it('prints its commands for the account that it was asked about', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const italian = Object.fromEntries(
      Object.entries(variables).map(([name, text]) => [name.replace('_', '_ITALY_'), text]),
    );
    const world = { folder, variables: italian };
    const args = ['doctor', '--login', '--json', '--prefix', 'BETFAIR_ITALY_'];
    await runIn(world, ...args);
    expect(findingsIn(await runIn(world, ...args)).join('\n')).toContain(
      'npx nestjs-betfair-session logout --yes --prefix BETFAIR_ITALY_.',
    );
  });

  it('shows no secret that was written into another variable by mistake', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const password = String(variables['BETFAIR_PASSWORD']);
    const world = { folder, variables: { ...variables, BETFAIR_CERT_FILE: `./${password}` } };
    const outcome = await runIn(world, 'doctor', '--json');
    expect(outcome.code).toBe(1);
    expect(findingsIn(outcome).join('\n')).toMatch(/^fail certificate: .*\[redacted\]/m);
  });

  it('goes on where a middlebox answers the question for the time with a page', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const page = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 20\r\n\r\n<html>blocked</html>';
    const certificate = await serverCertificate();
    await writeFile(join(folder, CERTIFICATE_FILES.ca), `${simulator.ca}\n${certificate.ca}`);
    const server = createTlsServer(certificate, (socket) => {
      socket.on('error', () => undefined).on('data', () => socket.write(page));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const api = `https://127.0.0.1:${portOf(server)}`;
      const world = { folder, variables: { ...variables, BETFAIR_ENDPOINT_API: api } };
      expect(findingsIn(await runIn(world, 'doctor', '--json')).join('\n')).toMatch(
        /^skip clock: [^]*^ok sharing: /m,
      );
    } finally {
      server.close();
    }
  });

  it('shares its object with other doctors that start at the same moment', async () => {
    const world = await healthyWorld(simulator);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => runIn(world, 'doctor', '--json')));
    const failures = outcomes.flatMap(findingsIn).filter((line) => line.startsWith('fail '));
    expect(failures).toEqual([]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  });

  it('warns of a SOCKS proxy, and fails nothing because of it', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const socks = { HTTPS_PROXY: 'socks5://127.0.0.1:1', NO_PROXY: '' };
    const world = { folder, variables: { ...variables, ...socks } };
    const outcome = await runIn(world, 'doctor', '--json');
    expect(outcome.code).toBe(0);
    expect(findingsIn(outcome).join('\n')).toMatch(
      /^warn network: A SOCKS proxy[^]*^skip clock: /m,
    );
  });

  it('reads the variables of one of several accounts', async () => {
    const { folder, variables } = await healthyWorld(simulator);
    const italian = Object.fromEntries(
      Object.entries(variables).map(([name, text]) => [name.replace('_', '_ITALY_'), text]),
    );
    const world = { folder, variables: italian };
    expect((await runIn(world, 'doctor')).code).toBe(1);
    expect((await runIn(world, 'doctor', '--prefix', 'BETFAIR_ITALY_')).code).toBe(0);
  });

  it('finds a store that ignores conditions, and leaves nothing in it', async () => {
    const { variables } = await healthyWorld(simulator);
    const { usable } = readAccount({ variables, overruled: [] }, 'BETFAIR_');
    if (usable === undefined) throw new Error('The account cannot be used.');
    const stored = new Map<string, string>();
    let versions = 0;
    const storage: SessionStorage = {
      async read(key) {
        const value = stored.get(key);
        return value === undefined ? undefined : { value, version: String(versions) };
      },
      async write(key, value) {
        stored.set(key, value);
        return String((versions += 1));
      },
      async delete(key) {
        stored.delete(key);
      },
    };
    const account = { ...usable, resolved: { ...usable.resolved, storage } };
    await expect(storeStep.check(account)).rejects.toThrow(
      'The session store ignores conditional writes, so processes would overwrite each other.',
    );
    expect([...stored.keys()]).toEqual([]);
    expect(versions).toBeGreaterThan(2);
  });

  it.each([
    ['v20.19.0', 'ok'],
    ['v20.18.9', 'fail'],
    ['v21.7.3', 'fail'],
    ['v22.11.0', 'fail'],
    ['v22.12.0', 'ok'],
    ['v23.11.1', 'fail'],
    ['v24.0.0', 'ok'],
    ['v26.1.0', 'ok'],
    ['v18.20.8', 'fail'],
  ])('counts Node %s as %s', (version, state) => {
    const node = '^20.19.0 || ^22.12.0 || >=24.0.0';
    expect(checkNode(version, { node }).state).toBe(state);
  });
});
