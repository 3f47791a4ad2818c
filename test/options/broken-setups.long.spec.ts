import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Test } from '@nestjs/testing';
import {
  BetfairConfigurationError,
  BetfairSessionModule,
  type BetfairSessionOptions,
  betfairSessionOptionsFromEnv,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import {
  encrypt,
  encryptOld,
  hasOpenssl,
  makeCertificate,
  makeOnCurve,
  makePfx,
} from '../identity/support/certificates.js';
import { errorOf, shownOf } from '../identity/support/secrets.js';
import { RecordingLogger } from '../support/application.js';

const PASSPHRASE = 'canary-passphrase-4711';
const PASSWORD = 'canary-password-4711';
const APPLICATION_KEY = 'canaryAppKey4711';
const ACCOUNT = {
  BETFAIR_USERNAME: 'punter',
  BETFAIR_PASSWORD: PASSWORD,
  BETFAIR_APP_KEY: APPLICATION_KEY,
};

let simulator: BetfairSimulator;
let cert: string;
let key: string;
let pfx: Buffer;
let folder: string;

beforeAll(async () => {
  simulator = await BetfairSimulator.start({
    accounts: [{ username: 'punter', password: PASSWORD, applicationKey: APPLICATION_KEY }],
  });
  ({ cert, key } = simulator.account().certificate);
  pfx = hasOpenssl ? makePfx({ cert, key }, PASSPHRASE) : Buffer.alloc(0);
  folder = await mkdtemp(join(tmpdir(), 'broken-'));
  await mkdir(join(folder, 'directory.key'));
  await writeFile(join(folder, 'client.crt'), cert);
  await writeFile(join(folder, 'client.key'), key);
});

afterAll(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

/** What a user sets: environment variables beside those of the account, or options in place of theirs. */
type SetUp = { readonly env: Record<string, string> } | { readonly options: object };
/** A set-up, and how each of its faults begins; `<folder>` stands for the folder of the files. */
type Row = [name: string, setUp: () => SetUp | Promise<SetUp>, ...faults: string[]];

function optionsOf(setUp: SetUp): BetfairSessionOptions {
  const { endpoints, ca, ...own } = simulator.options();
  if ('env' in setUp) {
    return { ...betfairSessionOptionsFromEnv({ ...ACCOUNT, ...setUp.env }), endpoints, ca };
  }
  return Object.assign({ ...own, endpoints, ca }, setUp.options);
}

/** Starts an application as a user would, and uses its session if it starts. */
async function start(setUp: SetUp, logger: RecordingLogger): Promise<unknown> {
  const account = BetfairSessionModule.forRootAsync({ useFactory: () => optionsOf(setUp) });
  const module = await Test.createTestingModule({ imports: [account] })
    .setLogger(logger)
    .compile();
  try {
    return await module.get(SessionService).getSession();
  } finally {
    await module.close();
  }
}

/** Every line of the private key, in the forms that it is given in, and what else is secret. */
function canaries(): string[] {
  const lines = key.split(/\r?\n/).filter((line) => line.length > 20 && !line.startsWith('---'));
  const pieces = [Buffer.from(key).toString('base64'), pfx.toString('base64')].flatMap(
    (text) => text.match(/.{30}/g) ?? [],
  );
  return [...lines, ...pieces, PASSPHRASE, PASSWORD, APPLICATION_KEY];
}

async function expectRefused(setUp: SetUp, faults: readonly string[]): Promise<void> {
  const logger = new RecordingLogger();
  const error = await errorOf(start(setUp, logger));
  expect(error).toBeInstanceOf(BetfairConfigurationError);
  const expected = faults.map((fault) => fault.replaceAll('<folder>', folder));
  const found = error instanceof BetfairConfigurationError ? error.faults : [];
  expect(found.map((fault, index) => fault.slice(0, expected[index]?.length))).toEqual(expected);
  expect(simulator.requests).toEqual([]);
  const shown = [shownOf(error), shownOf(logger.lines)].join('\n');
  for (const canary of canaries()) expect(shown).not.toContain(canary);
}

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64');
}

function body(pem: string): string {
  return pem.replaceAll(/-----.*-----/g, '').trim();
}

const ABOUT_TEXT = 'Give the path of the file, or give its content as';
const ONLY_PATH = 'Give the path and nothing else.';

const pathsThatAreNone: Row[] = [
  [
    'the text of the key in BETFAIR_KEY_FILE',
    () => ({ env: { BETFAIR_CERT: cert, BETFAIR_KEY_FILE: key } }),
    `BETFAIR_KEY_FILE holds the text of a private key, not a path. ${ABOUT_TEXT} BETFAIR_KEY.`,
  ],
  [
    'the texts of both in BETFAIR_CERT_FILE and BETFAIR_KEY_FILE',
    () => ({ env: { BETFAIR_CERT_FILE: cert, BETFAIR_KEY_FILE: key } }),
    `BETFAIR_CERT_FILE holds the text of a PEM, not a path. ${ABOUT_TEXT} BETFAIR_CERT.`,
    `BETFAIR_KEY_FILE holds the text of a private key, not a path. ${ABOUT_TEXT} BETFAIR_KEY.`,
  ],
  [
    'the text of the key in one line',
    () => ({ env: { BETFAIR_PEM_FILE: key.replaceAll(/\s+/g, ' ') } }),
    `BETFAIR_PEM_FILE holds the text of a private key, not a path. ${ABOUT_TEXT} BETFAIR_PEM.`,
  ],
  [
    'the key without its first and last line',
    () => ({ env: { BETFAIR_PEM_FILE: body(key) } }),
    `BETFAIR_PEM_FILE holds base64, not a path. ${ABOUT_TEXT} BETFAIR_PEM.`,
  ],
  [
    'a piece of the key',
    () => ({ env: { BETFAIR_PEM_FILE: key.split(/\r?\n/).slice(5, 9).join('\n') } }),
    `BETFAIR_PEM_FILE holds several lines of text, not a path. ${ABOUT_TEXT} BETFAIR_PEM.`,
  ],
  [
    'a line of the key',
    () => ({ env: { BETFAIR_PEM_FILE: (key.split(/\r?\n/)[5] ?? '').replaceAll('/', 'x') } }),
    'BETFAIR_PEM_FILE: the file (not shown: it may be a secret that was put in the wrong place) cannot be read (ENOENT).',
  ],
  [
    'the key in base64',
    () => ({ env: { BETFAIR_PEM_FILE: base64(key) } }),
    `BETFAIR_PEM_FILE holds base64, not a path. ${ABOUT_TEXT} BETFAIR_PEM.`,
  ],
  [
    'the path with a line break',
    () => ({ env: { BETFAIR_PEM_FILE: 'client.pem\n' } }),
    `BETFAIR_PEM_FILE has a line break before or after the path. ${ONLY_PATH}`,
  ],
  [
    'the path with a zero byte',
    () => ({ env: { BETFAIR_PEM_FILE: 'client.pem\0' } }),
    `BETFAIR_PEM_FILE contains a control character. ${ONLY_PATH}`,
  ],
  [
    'a text that is longer than a path',
    () => ({ env: { BETFAIR_PEM_FILE: `${PASSWORD}/`.repeat(300) } }),
    `BETFAIR_PEM_FILE is too long for a path. ${ONLY_PATH}`,
  ],
  [
    'the text in { pem: { file } }',
    () => ({ options: { certificate: { pem: { file: `${cert}${key}` } } } }),
    `certificate.pem.file holds the text of a private key, not a path. ${ABOUT_TEXT} certificate.pem.`,
  ],
  [
    'the text of the certificate in { cert: { file } }',
    () => ({ options: { certificate: { cert: { file: cert }, key } } }),
    `certificate.cert.file holds the text of a PEM, not a path. ${ABOUT_TEXT} certificate.cert.`,
  ],
  [
    'the text in { file }, with line breaks written as \\n',
    () => ({
      options: { certificate: { cert, key: { file: key.replaceAll('\n', String.raw`\n`) } } },
    }),
    `certificate.key.file holds the text of a private key, not a path. ${ABOUT_TEXT} certificate.key.`,
  ],
];

const pfxPathsThatAreNone: Row[] = [
  [
    'base64 in { pfx: { file } }',
    () => ({ options: { certificate: { pfx: { file: base64(pfx) }, passphrase: PASSPHRASE } } }),
    `certificate.pfx.file holds base64, not a path. ${ABOUT_TEXT.replace(' as', '')} as a Buffer.`,
  ],
  [
    'base64 in lines in BETFAIR_PFX_FILE',
    () => ({
      env: {
        BETFAIR_PFX_FILE: base64(pfx).replaceAll(/.{64}/g, '$&\n'),
        BETFAIR_PASSPHRASE: PASSPHRASE,
      },
    }),
    `BETFAIR_PFX_FILE holds base64, not a path. ${ABOUT_TEXT} BETFAIR_PFX.`,
  ],
  [
    'the bytes in { pfx: { file } }',
    () => ({
      options: { certificate: { pfx: { file: pfx.toString('latin1') }, passphrase: PASSPHRASE } },
    }),
    'certificate.pfx.file h',
  ],
];

const otherPathsThatAreNone: Row[] = [
  [
    'a file: URL that holds the text of the key',
    () => ({ options: { storage: `file:${key}` } }),
    'storage: the file: URL holds the text of a private key, not a path.',
  ],
  [
    'a file:// URL that holds the text of the key',
    () => ({ options: { storage: `file://${key}` } }),
    'storage: the file: URL holds the text of a private key, not a path.',
  ],
  [
    'a file: URL that holds base64',
    () => ({ options: { storage: `file:${base64(key)}` } }),
    'storage: the file: URL holds base64, not a path.',
  ],
  [
    'a file: URL with a line break',
    () => ({ options: { storage: 'file:./session-data\n' } }),
    'storage: the file: URL has a line break before or after the path.',
  ],
  [
    'a password for a scheme',
    () => ({ options: { storage: `${PASSWORD}:x` } }),
    'storage: the start of the text is not a known storage scheme.',
  ],
  [
    'a password for a parameter',
    () => ({ options: { storage: `s3://bucket?${PASSWORD}` } }),
    'storage: the s3: URL does not support one of its parameters. It supports only region, endpoint, ',
  ],
  [
    'a password for a prefix',
    () => ({ options: { storage: `s3://bucket?prefix=${PASSWORD}@` } }),
    'storage: the prefix of the session store cannot be used. ',
  ],
  [
    'the text of the key for an authority',
    () => ({ options: { ca: key } }),
    'ca: must be a PEM certificate ("-----BEGIN CERTIFICATE-----"), or an array of them.',
  ],
  [
    'a password for an authority',
    () => ({ options: { ca: PASSWORD } }),
    'ca: must be a PEM certificate ("-----BEGIN CERTIFICATE-----"), or an array of them.',
  ],
  [
    'a { file } that holds the text of the key for an authority',
    () => ({ options: { ca: { file: key } } }),
    'ca: must be a PEM certificate ("-----BEGIN CERTIFICATE-----"), or an array of them.',
  ],
];

/** Shapes of a PEM that is there and is not taken, in place of a text, with what is said of each. */
const MANGLED: [name: string, mangle: (pem: string) => string | Buffer, said: string][] = [
  ['nothing but blanks', () => ' \n', 'is empty. Write the PEM to it.'],
  [
    'an indented template',
    (pem) => pem.replaceAll(/^/gm, '    '),
    'has spaces before its lines. Remove them;',
  ],
  [
    'one line',
    (pem) => pem.replaceAll(/\r?\n/g, ' '),
    'is on one line, without its line breaks. Keep them',
  ],
  [
    'one line without blanks',
    (pem) => pem.replaceAll(/\r?\n/g, ''),
    'is on one line, without its line breaks. Keep them',
  ],
  ['quotes', (pem) => `"${pem.trim()}"`, 'has quotes around it. Remove them;'],
  ['base64', base64, 'is a PEM in base64. Decode it first: base64 -d.'],
  [
    'line breaks that were escaped twice',
    (pem) => pem.replaceAll(/\r?\n/g, String.raw`\\n`),
    'has a backslash at its line breaks or instead of them. Write real line breaks',
  ],
  [
    'UTF-16 with its mark',
    (pem) => Buffer.from(`\ufeff${pem}`, 'utf16le'),
    'is UTF-16, as Windows PowerShell writes text. Save it as ASCII or UTF-8.',
  ],
  [
    'UTF-16 without its mark',
    (pem) => Buffer.from(pem, 'utf16le'),
    'is UTF-16, as Windows PowerShell writes text.',
  ],
  [
    'its first line only',
    (pem) => pem.split(/\r?\n/)[0] ?? '',
    'ends after its first line. In an .env file put quotes around a text of several lines,',
  ],
  [
    'half of it',
    (pem) => pem.slice(0, pem.length >> 1),
    'is cut off: its last line is missing. Copy the whole text.',
  ],
  ['its middle', body, 'lacks the first and the last line of a PEM ("-----BEGIN '],
  [
    'carriage returns',
    (pem) => pem.replaceAll(/\r?\n/g, '\r'),
    'has carriage returns as its line breaks.',
  ],
  [
    'empty lines',
    (pem) => pem.replaceAll(/\r?\n/g, '\n\n'),
    'has empty lines between its lines. Remove them.',
  ],
  [
    'the dashes of a word processor',
    (pem) => pem.replaceAll('-----', '—–—'),
    'has other dashes than "-----", probably from a word processor.',
  ],
  ['another character in it', (pem) => pem.replace(/\n(.{8})/, '\nAAAAAAAA'), 'holds a '],
  [
    'a path',
    () => '/run/secrets/client.pem',
    'is not the text of a PEM; it looks like the path of a file. Give a path as ',
  ],
  [
    'a relative path',
    () => 'client.pem',
    'is not the text of a PEM; it looks like the path of a file. Give a path as ',
  ],
  ['something else', () => PASSWORD, 'holds no PEM '],
];

const mangledRows: Row[] = MANGLED.flatMap(([name, mangle, said]): Row[] => [
  [
    `${name} in a file of the certificate`,
    async () => ({
      options: { certificate: { cert: { file: await file('bad.crt', mangle(cert)) }, key } },
    }),
    `certificate.cert ("<folder>/bad.crt") ${said}`,
  ],
  [
    `${name} in a file of the key`,
    async () => ({
      env: { BETFAIR_CERT: cert, BETFAIR_KEY_FILE: await file('bad.key', mangle(key)) },
    }),
    `BETFAIR_KEY_FILE ("<folder>/bad.key") ${said}`,
  ],
  [
    `${name} as the text of both`,
    () => ({ options: { certificate: { pem: Buffer.from(mangle(`${cert}\n${key}`)) } } }),
    `certificate.pem ${said}`,
  ],
]);

const otherShapes: Row[] = [
  [
    'a text of several lines without quotes in an .env file, of which the first line is left',
    () => ({ env: { BETFAIR_CERT: '-----BEGIN CERTIFICATE-----' } }),
    'BETFAIR_CERT ends after its first line. In an .env file put quotes around a text of several lines, or name a file instead.',
  ],
  [
    'a pipe in place of a file',
    () => {
      const pipe = join(folder, 'pipe');
      spawnSync('mkfifo', [pipe]);
      return { env: { BETFAIR_CERT: cert, BETFAIR_KEY_FILE: pipe } };
    },
    'BETFAIR_KEY_FILE: "<folder>/pipe" is a pipe or a device, not a file.',
  ],
  [
    'a bundle of authorities of which one is cut off',
    () => ({ options: { ca: `${cert}${cert.slice(0, cert.length >> 1)}` } }),
    'ca: must be a PEM certificate',
  ],
  [
    'a user name with an invisible character',
    () => ({ env: { BETFAIR_CERT: cert, BETFAIR_KEY: key, BETFAIR_USERNAME: 'al\u200bice' } }),
    'BETFAIR_USERNAME contains an invisible character. Type it again instead of copying it.',
  ],
  [
    'a passphrase in place of the path, and the path in its place',
    () => ({
      env: {
        BETFAIR_CERT: cert,
        BETFAIR_KEY_FILE: PASSPHRASE,
        BETFAIR_PASSPHRASE: 'client.key',
      },
    }),
    'BETFAIR_KEY_FILE: the file (not shown: it may be a secret that was put in the wrong place) cannot be read (ENOENT).',
  ],
  [
    'a line of a key in base64 in place of the path',
    () => ({
      env: {
        BETFAIR_CERT: cert,
        BETFAIR_KEY_FILE: 'r/5zVTKReTyPg77yO/o3RCMvqPCs/2bWQpYh0l9aVd4mJ8kXuTfE1cGiNwZoS6t',
      },
    }),
    'BETFAIR_KEY_FILE: the file (not shown: it may be a secret',
  ],
  [
    'no line break between certificate and key',
    () => ({ env: { BETFAIR_PEM: `${cert.trim()}${key}` } }),
    'BETFAIR_PEM has no line break between the end of one block and the beginning of the next.',
  ],
  [
    'a certificate in DER',
    () => ({ options: { certificate: { cert: new X509Certificate(cert).raw, key } } }),
    'certificate.cert is in DER, the binary form. Convert it: openssl x509 -inform der -in client.der -out client.crt.',
  ],
  [
    'a key in DER',
    async () => ({
      options: {
        certificate: { cert, key: { file: await file('der.key', der(key)) } },
      },
    }),
    'certificate.key ("<folder>/der.key") is in DER, the binary form. Convert it: openssl pkey -inform der -in client.der -out client.key.',
  ],
  [
    'a request for a certificate',
    () => ({ options: { certificate: { cert: renamed(cert, 'CERTIFICATE REQUEST'), key } } }),
    'certificate.cert is a certificate request. Sign it: openssl x509 -req ',
  ],
  [
    'a certificate of openssl alone',
    () => ({ options: { certificate: { cert: renamed(cert, 'TRUSTED CERTIFICATE'), key } } }),
    'certificate.cert is in a form that only openssl reads. Convert it: openssl x509 ',
  ],
  [
    'a PKCS #7 file',
    () => ({ options: { certificate: { cert: renamed(cert, 'PKCS7'), key } } }),
    'certificate.cert is a PKCS #7 file. Convert it: openssl pkcs7 -print_certs ',
  ],
  [
    'a public key',
    () => ({
      options: {
        certificate: {
          cert,
          key: new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'pem' }),
        },
      },
    }),
    'certificate.key is a public key. Give the private key, ',
  ],
  [
    'a key of OpenSSH',
    () => ({ options: { certificate: { cert, key: renamed(key, 'OPENSSH PRIVATE KEY') } } }),
    'certificate.key is an OpenSSH key, which TLS does not support. Convert a copy: ssh-keygen -p -m PEM -f client.key.',
  ],
  [
    'certificate and key that are swapped',
    () => ({
      env: {
        BETFAIR_CERT_FILE: join(folder, 'client.key'),
        BETFAIR_KEY_FILE: join(folder, 'client.crt'),
      },
    }),
    'BETFAIR_CERT_FILE ("<folder>/client.key") holds a private key and BETFAIR_KEY_FILE ("<folder>/client.crt") a certificate: swap them.',
  ],
  [
    'the certificate twice',
    () => ({ options: { certificate: { cert, key: cert } } }),
    'certificate.key holds a certificate and no private key. Give the file of the private key.',
  ],
  [
    'the key twice',
    () => ({ options: { certificate: { cert: key, key } } }),
    'certificate.cert holds a private key and no certificate. Give the file of the certificate.',
  ],
  [
    'a joined text without its key',
    () => ({ env: { BETFAIR_PEM: cert } }),
    'BETFAIR_PEM holds a certificate and no private key. Join both, or give them separately, as BETFAIR_CERT_FILE and BETFAIR_KEY_FILE.',
  ],
  [
    'a path in the variable of the text',
    () => ({ env: { BETFAIR_CERT: './client.crt', BETFAIR_KEY: './client.key' } }),
    'BETFAIR_CERT is not the text of a PEM; it looks like the path of a file. Give a path as BETFAIR_CERT_FILE.',
    'BETFAIR_KEY is not the text of a PEM; it looks like the path of a file. Give a path as BETFAIR_KEY_FILE.',
  ],
  [
    'quotes that docker run --env-file keeps',
    () => ({ env: { BETFAIR_PEM: `'${cert}${key}'`.replaceAll(/\r?\n/g, String.raw`\n`) } }),
    'BETFAIR_PEM has quotes around it. Remove them; docker run --env-file keeps quotes.',
  ],
  [
    'a path in base64 in the variable of the PFX',
    () => ({ env: { BETFAIR_PFX: '/run/secrets/client' } }),
    'BETFAIR_PFX looks like the path of a file. Give a path as BETFAIR_PFX_FILE.',
  ],
  [
    'PEM in the variable of the PFX',
    () => ({ env: { BETFAIR_PFX: `${cert}${key}` } }),
    'BETFAIR_PFX is the text of a PEM, not a PKCS #12 file. Give it as BETFAIR_PEM_FILE, or as BETFAIR_CERT_FILE and BETFAIR_KEY_FILE.',
  ],
  [
    'PEM in base64 in the variable of the PFX',
    () => ({ env: { BETFAIR_PFX: base64(`${cert}${key}`) } }),
    'BETFAIR_PFX is the text of a PEM, not a PKCS #12 file.',
  ],
  [
    'something else in the variable of the PFX',
    () => ({ env: { BETFAIR_PFX: PASSWORD } }),
    'BETFAIR_PFX is not a PKCS #12 file (.p12, .pfx). Export it with openssl pkcs12 -export; ',
  ],
  [
    'an encrypted key without its passphrase',
    () => ({ env: { BETFAIR_CERT: cert, BETFAIR_KEY: encrypt(key, PASSPHRASE) } }),
    'BETFAIR_KEY holds an encrypted private key, and BETFAIR_PASSPHRASE is missing. Set it to the passphrase of the key.',
  ],
  [
    'an encrypted key with another passphrase',
    () => ({
      env: {
        BETFAIR_CERT: cert,
        BETFAIR_KEY: encrypt(key, PASSPHRASE),
        BETFAIR_PASSPHRASE: `another ${PASSPHRASE}`,
      },
    }),
    'BETFAIR_KEY holds an encrypted private key that BETFAIR_PASSPHRASE does not open. Set it to the passphrase of this key.',
  ],
  [
    'a passphrase with a line break',
    () => ({
      env: {
        BETFAIR_CERT: cert,
        BETFAIR_KEY: encrypt(key, PASSPHRASE),
        BETFAIR_PASSPHRASE: `${PASSPHRASE}\n`,
      },
    }),
    'BETFAIR_KEY holds an encrypted private key that BETFAIR_PASSPHRASE does not open. The passphrase ends with a line break. Remove it.',
  ],
  [
    'half of an encrypted key',
    () => {
      const encrypted = encrypt(key, PASSPHRASE);
      const half = encrypted.slice(0, encrypted.length >> 1);
      return { options: { certificate: { cert, key: half, passphrase: PASSPHRASE } } };
    },
    'certificate.key is cut off: its last line is missing. Copy the whole text.',
  ],
];

/** Shapes that only the program `openssl` makes. */
const shapesOfOpenssl: Row[] = [
  [
    'a key on a curve that TLS 1.3 does not know',
    async () => {
      const pem = makeOnCurve('secp256k1');
      return { env: { BETFAIR_PEM_FILE: await file('curve.pem', pem) } };
    },
    'BETFAIR_PEM_FILE ("<folder>/curve.pem") has a kind of key (secp256k1) that TLS 1.3 does not support.',
  ],
  [
    'a key in an old encryption, with its passphrase',
    async () => ({
      env: {
        BETFAIR_CERT: cert,
        BETFAIR_KEY_FILE: await file('old.key', encryptOld(key, PASSPHRASE)),
        BETFAIR_PASSPHRASE: PASSPHRASE,
      },
    }),
    'BETFAIR_KEY_FILE ("<folder>/old.key") holds a private key in an old encryption that OpenSSL 3 refuses. Encrypt it again: openssl pkey ',
  ],
  [
    'a PFX in an old encryption, with its passphrase',
    () => ({
      env: {
        BETFAIR_PFX: base64(makePfx({ cert, key }, PASSPHRASE, '-legacy')),
        BETFAIR_PASSPHRASE: PASSPHRASE,
      },
    }),
    'BETFAIR_PFX uses an old encryption that OpenSSL 3 refuses. Convert it: openssl pkcs12 -legacy -in old.p12 -nodes -out client.pem, and give it as BETFAIR_PEM_FILE.',
  ],
  [
    'a PFX given as PEM',
    async () => ({ env: { BETFAIR_PEM_FILE: await file('client.p12', pfx) } }),
    'BETFAIR_PEM_FILE ("<folder>/client.p12") is a PKCS #12 file (.p12, .pfx). Give it as BETFAIR_PFX_FILE.',
  ],
  [
    'a PFX in base64 given as PEM',
    () => ({ env: { BETFAIR_PEM: base64(pfx) } }),
    'BETFAIR_PEM is a PKCS #12 file (.p12, .pfx) in base64. Give it as BETFAIR_PFX.',
  ],
  [
    'a file that holds a PFX in base64',
    async () => ({
      env: {
        BETFAIR_PFX_FILE: await file('client.b64', base64(pfx)),
        BETFAIR_PASSPHRASE: PASSPHRASE,
      },
    }),
    'BETFAIR_PFX_FILE ("<folder>/client.b64") is in base64. Decode it first: base64 -d; or give the text as BETFAIR_PFX.',
  ],
  [
    'quotes around a PFX in base64',
    () => ({ env: { BETFAIR_PFX: `"${base64(pfx)}"`, BETFAIR_PASSPHRASE: PASSPHRASE } }),
    'BETFAIR_PFX has quotes around it. Remove them.',
  ],
  [
    'a PFX without its passphrase',
    () => ({ env: { BETFAIR_PFX: base64(pfx) } }),
    'BETFAIR_PFX is protected by a passphrase, and BETFAIR_PASSPHRASE is missing. Set it.',
  ],
  [
    'a PFX with another passphrase',
    () => ({ options: { certificate: { pfx, passphrase: `another ${PASSPHRASE}` } } }),
    'certificate.pfx cannot be opened with certificate.passphrase, or is damaged. Set the passphrase that it was made with.',
  ],
  [
    'a PFX with a passphrase that ends with a space',
    () => ({ options: { certificate: { pfx, passphrase: `${PASSPHRASE} ` } } }),
    'certificate.pfx cannot be opened with certificate.passphrase, or is damaged. The passphrase ends with white space. Remove it.',
  ],
  [
    'half of a PFX',
    () => ({
      options: {
        certificate: { pfx: pfx.subarray(0, pfx.length >> 1), passphrase: PASSPHRASE },
      },
    }),
    'certificate.pfx is not a complete PKCS #12 file (.p12, .pfx). Copy it again, as binary.',
  ],
];

const NO_BREAK = 'Remove it; echo writes one at the end, printf does not.';

/** Texts with something around them, which Betfair would count as wrong. */
const strayTexts: Row[] = [
  ...['USERNAME', 'PASSWORD', 'APP_KEY'].flatMap((name): Row[] => {
    const variable = `BETFAIR_${name}`;
    const set = (text: string) => ({
      env: { BETFAIR_LOGIN: 'interactive', BETFAIR_STORAGE: 'mem://', [variable]: text },
    });
    return [
      [
        `${variable} with a line break at its end`,
        () => set(`${PASSWORD}\n`),
        `${variable} ends with a line break. ${NO_BREAK}`,
      ],
      [
        `${variable} with one of Windows`,
        () => set(`${PASSWORD}\r\n`),
        `${variable} ends with a line break. ${NO_BREAK}`,
      ],
      [
        `${variable} with one at its beginning`,
        () => set(`\n${PASSWORD}`),
        `${variable} starts with a line break. ${NO_BREAK}`,
      ],
      [
        `${variable} with one inside`,
        () => set(`${PASSWORD}\n${PASSWORD}`),
        `${variable} contains a line break. ${NO_BREAK}`,
      ],
      [
        `${variable} with a space at its end`,
        () => set(`${PASSWORD} `),
        `${variable} ends with white space. Remove it.`,
      ],
      [
        `${variable} with a space at its beginning`,
        () => set(`\t${PASSWORD}`),
        `${variable} starts with white space. Remove it.`,
      ],
      [
        `${variable} with quotes`,
        () => set(`"${PASSWORD}"`),
        `${variable} has quotes around it. Remove them; docker run --env-file keeps quotes.`,
      ],
    ];
  }),
  [
    'an option with a line break',
    () => ({ options: { password: `${PASSWORD}\n` } }),
    `password ends with a line break. ${NO_BREAK}`,
  ],
  [
    'a function of the password that returns a line break',
    () => ({ options: { password: () => `${PASSWORD}\n` } }),
    `password (returned by its function) ends with a line break. ${NO_BREAK}`,
  ],
  [
    'a function of the password that returns quotes',
    () => ({ options: { password: async () => `'${PASSWORD}'` } }),
    'password (returned by its function) has quotes around it. Remove them;',
  ],
  [
    'a function of the two-factor code that returns a line break',
    () => ({
      options: { certificate: undefined, login: 'interactive', twoFactorCode: () => '123456\n' },
    }),
    `twoFactorCode (returned by its function) ends with a line break. ${NO_BREAK}`,
  ],
];

/** Set-ups that are told by what the user set. */
const named: Row[] = [
  [
    'files that are not there',
    () => ({
      env: { BETFAIR_CERT_FILE: 'certs/no.crt', BETFAIR_KEY_FILE: '/run/secrets/no.key' },
    }),
    `BETFAIR_CERT_FILE: the file "${resolve('certs/no.crt')}" cannot be read (ENOENT). There is no such file; a relative path counts from the working directory.`,
    'BETFAIR_KEY_FILE: the file "/run/secrets/no.key" cannot be read (ENOENT).',
  ],
  [
    'a directory, as Docker makes it of a mount without a source',
    () => ({ env: { BETFAIR_PEM_FILE: join(folder, 'directory.key') } }),
    'BETFAIR_PEM_FILE: the file "<folder>/directory.key" cannot be read (EISDIR). It is a directory. Name the file in it.',
  ],
  [
    'a path in quotes, as docker run --env-file keeps them',
    () => ({ env: { BETFAIR_PEM_FILE: '"/run/secrets/client.pem"' } }),
    `BETFAIR_PEM_FILE: the file "${resolve('"/run/secrets/client.pem"')}" cannot be read (ENOENT). The path has quotes around it. Remove them.`,
  ],
  [
    'a path that ends with a space',
    () => ({ env: { BETFAIR_PEM_FILE: '/run/secrets/client.pem ' } }),
    'BETFAIR_PEM_FILE: the file "/run/secrets/client.pem " cannot be read (ENOENT). The path ends with white space. Remove it.',
  ],
  [
    'a certificate without its key',
    () => ({ env: { BETFAIR_CERT_FILE: 'client.crt' } }),
    'BETFAIR_KEY_FILE: set it too, to the private key of the certificate in BETFAIR_CERT_FILE.',
  ],
  [
    'a key without its certificate',
    () => ({ env: { BETFAIR_KEY: key } }),
    'BETFAIR_CERT_FILE: set it too, to the certificate of the private key in BETFAIR_KEY.',
  ],
  [
    'a PFX and a pair',
    () => ({
      env: {
        BETFAIR_PFX_FILE: 'client.p12',
        BETFAIR_CERT_FILE: 'client.crt',
        BETFAIR_KEY_FILE: 'client.key',
      },
    }),
    'BETFAIR_PFX_FILE and BETFAIR_CERT_FILE each give a certificate: keep only one.',
  ],
  [
    'a text and a file',
    () => ({ env: { BETFAIR_PEM: `${cert}\n${key}`, BETFAIR_PEM_FILE: 'client.pem' } }),
    'BETFAIR_PEM and BETFAIR_PEM_FILE are both set: leave one out.',
  ],
  [
    'a key of another certificate',
    async () => ({
      env: {
        BETFAIR_CERT_FILE: join(folder, 'client.crt'),
        BETFAIR_KEY_FILE: await file('another.key', (await makeCertificate()).key),
      },
    }),
    'BETFAIR_KEY_FILE ("<folder>/another.key") does not belong to BETFAIR_CERT_FILE ("<folder>/client.crt"). Take both from the same openssl run;',
  ],
  [
    'a path for a store',
    () => ({ env: { BETFAIR_PEM: `${cert}\n${key}`, BETFAIR_STORAGE: './session-data' } }),
    `BETFAIR_STORAGE: "${resolve('session-data')}" is a path. Write it as a URL: file:./directory or file:///absolute/directory.`,
  ],
  [
    'a percent sign in the path of a store',
    () => ({ options: { storage: 'file:./100%' } }),
    'storage: the file: URL contains a "%" that is not a valid escape. Write "%" in the path as %25',
  ],
  [
    'a percent sign in the name of a bucket',
    () => ({ env: { BETFAIR_PEM: `${cert}\n${key}`, BETFAIR_STORAGE: 's3://b%zz' } }),
    'BETFAIR_STORAGE: the URL contains a "%" that is not a valid escape.',
  ],
  [
    'a choice in quotes, as docker run --env-file keeps them',
    () => ({ env: { BETFAIR_LOGIN: '"interactive"', BETFAIR_PEM: `${cert}\n${key}` } }),
    'BETFAIR_LOGIN has quotes around it. Remove them;',
  ],
  [
    'the path of an authority',
    () => ({ options: { ca: '/etc/ssl/company.pem' } }),
    "ca: must be the content of the file, not its path. Read it: readFileSync('company.pem').",
  ],
  [
    'everything at once in the environment',
    () => ({
      env: {
        BETFAIR_USERNAME: '',
        BETFAIR_PASSWORD: `${PASSWORD}\n`,
        BETFAIR_APP_KEY: '',
        BETFAIR_APP_KEY_FILE: '/run/secrets/key',
        BETFAIR_CERT_FILE: '/run/secrets/no.crt',
        BETFAIR_KEY: encrypt(key, PASSPHRASE),
        BETFAIR_STORAGE: 's3://',
        BETFAIR_SESSION_KEY: '../x',
      },
    }),
    'BETFAIR_USERNAME: set this environment variable.',
    'BETFAIR_PASSWORD ends with a line break.',
    'BETFAIR_APP_KEY: set this environment variable to the text itself; BETFAIR_APP_KEY_FILE is not read.',
    'BETFAIR_STORAGE: the s3: URL needs the name of a bucket or container.',
    'BETFAIR_SESSION_KEY: must consist of letters, digits, ',
    'BETFAIR_CERT_FILE: the file "/run/secrets/no.crt" cannot be read (ENOENT).',
  ],
  [
    'everything at once in the options',
    () => ({
      options: {
        username: ' punter',
        applicationKey: `${APPLICATION_KEY}\n`,
        certificate: {
          cert: { file: '/run/secrets/no.crt' },
          key: { file: '/run/secrets/no.key' },
        },
        storage: 'mem://x',
      },
    }),
    'username starts with white space.',
    'applicationKey ends with a line break.',
    'storage: the mem: URL must not contain a name. Write it as mem://.',
    'certificate.cert: the file "/run/secrets/no.crt" cannot be read (ENOENT).',
    'certificate.key: the file "/run/secrets/no.key" cannot be read (ENOENT).',
  ],
];

/** The key in DER. */
function der(pem: string): Buffer {
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
}

/** The same block under another name. */
function renamed(pem: string, name: string): string {
  return pem.replaceAll(/(BEGIN|END) [A-Z ]+/g, `$1 ${name}`);
}

describe('a set-up is refused by name, quotes no secret and sends nothing', () => {
  it.each(pathsThatAreNone)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });

  (hasOpenssl ? it : it.skip).each(pfxPathsThatAreNone)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });

  it.each(mangledRows)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });

  it.each(otherShapes)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });

  (hasOpenssl ? it : it.skip).each(shapesOfOpenssl)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });

  it.each(strayTexts)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });

  it.each(named)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });

  it.each(otherPathsThatAreNone)('for %s', async (_, setUp, ...faults) => {
    await expectRefused(await setUp(), faults);
  });
});

/** A key as openssl takes it out of a PFX: with the names of its bag before it. */
function withName(pem: string): string {
  return `Bag Attributes\n    friendlyName: ACME\\robot\n${pem}`;
}

describe('a set-up is taken', () => {
  it.each<[string, () => SetUp]>([
    [
      'with parts that are undefined',
      () => ({ options: { certificate: { cert, key, pfx: undefined, pem: undefined } } }),
    ],
    [
      'with the names of its keys before them',
      () => ({ options: { certificate: { cert: withName(cert), key: withName(key) } } }),
    ],
    [
      'with a PFX in base64 that has lines and blanks around it',
      () => ({
        env: {
          BETFAIR_PFX: `\n ${base64(pfx).replaceAll(/.{64}/g, '$&\n')}\n`,
          BETFAIR_PASSPHRASE: PASSPHRASE,
        },
      }),
    ],
    [
      'with a PFX in base64 whose line breaks are written out',
      () => ({
        env: {
          BETFAIR_PFX: base64(pfx).replaceAll(/.{64}/g, String.raw`$&\n`),
          BETFAIR_PASSPHRASE: PASSPHRASE,
        },
      }),
    ],
    [
      'with a PFX in base64 for URLs',
      () => ({ env: { BETFAIR_PFX: pfx.toString('base64url'), BETFAIR_PASSPHRASE: PASSPHRASE } }),
    ],
  ])('%s', async (_, setUp) => {
    expect(await start(setUp(), new RecordingLogger())).toHaveProperty('generation', 1);
  });
});
