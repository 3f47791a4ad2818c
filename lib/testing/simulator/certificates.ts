import { MissingPackageError } from '../../errors/index.js';
import { isRecord } from './http/reply.js';

/** A certificate and its private key, PEM. */
export interface PemPair {
  /** The certificate. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}

/** What the servers of every simulator in this process present, and who signed it. */
export interface ServerCertificate extends PemPair {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
}

// Making RSA keys is slow, so every simulator of a process shares the certificates.
let server: Promise<ServerCertificate> | undefined;
const clients = new Map<number, Promise<PemPair>>();

/** The certificate of the servers, for 127.0.0.1 and localhost. */
export function serverCertificate(): Promise<ServerCertificate> {
  server ??= makeServerCertificate().catch((error: unknown) => {
    server = undefined;
    throw error;
  });
  return server;
}

/** The client certificate of the account with that number; the same for that number everywhere in the process. */
export function clientCertificate(number: number): Promise<PemPair> {
  const made = clients.get(number) ?? makeClientCertificate(number);
  clients.set(number, made);
  made.catch(() => clients.delete(number));
  return made;
}

async function makeServerCertificate(): Promise<ServerCertificate> {
  const { generate } = await selfsigned();
  const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const ca = await generate([{ name: 'commonName', value: 'Betfair simulator CA' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { ca: ca.cert, cert: leaf.cert, key: leaf.private };
}

/** As Betfair's instructions make it: self-signed, RSA 2048, valid for 365 days. */
async function makeClientCertificate(number: number): Promise<PemPair> {
  const { generate } = await selfsigned();
  const { cert, private: key } = await generate(
    [{ name: 'commonName', value: `Betfair API-NG certificate ${number}` }],
    {
      keyType: 'rsa',
      keySize: 2048,
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
        { name: 'extKeyUsage', clientAuth: true },
      ],
    },
  );
  return { cert, key };
}

async function selfsigned() {
  try {
    return await import('selfsigned');
  } catch (error) {
    const { code, message } = isRecord(error) ? error : {};
    const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    // A dependency of it that is missing has the same code.
    if (!absent || !String(message).includes("'selfsigned'")) throw error;
    throw new MissingPackageError('selfsigned', 'BetfairSimulator', { cause: error });
  }
}
