import {
  alternativeNames,
  authority,
  endEntity,
  extendedKeyUsage,
  keyUsage,
} from '../../../identity/certificate/certificate.extensions.js';
import {
  type PemPair,
  writeCertificate,
  writeClientCertificate,
} from '../../../identity/certificate/certificate.writer.js';

/** Certificate of the servers of a simulator, and of its authority. */
export interface ServerCertificate extends PemPair {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
}

// Making RSA keys is slow, so every simulator of a process shares the certificates.
let server: Promise<ServerCertificate> | undefined;
const clients = new Map<number, Promise<PemPair>>();

/** Makes the certificate of the servers, for 127.0.0.1 and localhost. */
export function serverCertificate(): Promise<ServerCertificate> {
  server ??= writeServerCertificate();
  return server;
}

/** Makes the client certificate of an account, once for each number in a process. */
export function clientCertificate(number: number): Promise<PemPair> {
  const made =
    clients.get(number) ?? writeClientCertificate(`Betfair API-NG certificate ${number}`);
  clients.set(number, made);
  return made;
}

async function writeServerCertificate(): Promise<ServerCertificate> {
  const commonName = 'Betfair simulator CA';
  const ca = await writeCertificate({
    commonName,
    keyType: 'ec',
    extensions: [authority(), keyUsage(['keyCertSign', 'cRLSign'], true)],
  });
  const { cert, key } = await writeCertificate({
    commonName: 'localhost',
    keyType: 'ec',
    issuer: { commonName, key: ca.key },
    extensions: [
      endEntity(),
      keyUsage(['digitalSignature'], true),
      extendedKeyUsage('serverAuth'),
      alternativeNames('localhost', '127.0.0.1'),
    ],
  });
  return { ca: ca.cert, cert, key };
}
