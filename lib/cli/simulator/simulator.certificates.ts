import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { PemPair } from '../../identity/certificate/certificate.writer.js';
import { checkClientCertificateNow } from '../../identity/certificate/client-certificate.js';
import {
  clientCertificate,
  serverCertificate,
  type ServerCertificate,
} from '../../testing/simulator/http/certificates.js';
import type { SimulatorDirectory } from './simulator.directory.js';

export const CERTIFICATE_FILES = {
  ca: 'ca.crt',
  serverCert: 'server.crt',
  serverKey: 'server.key',
  clientCert: 'client.crt',
  clientKey: 'client.key',
} as const;

/** The certificates that a simulator and its clients present. */
export interface SimulatorCertificates {
  readonly server: ServerCertificate;
  readonly client: PemPair;
}

/** Milliseconds of validity left, below which a certificate is replaced, so that none expires in use. */
const MIN_VALIDITY_MS = 86_400_000;

/** Reads the certificates from the folder, so that clients still trust them. Makes new ones if they cannot be used. */
export async function readCertificates(
  directory: SimulatorDirectory,
): Promise<SimulatorCertificates> {
  const { ca, serverCert, serverKey, clientCert, clientKey } = CERTIFICATE_FILES;
  const [authority, server, client] = [
    await directory.read(ca),
    await readPair(directory, serverCert, serverKey),
    await readPair(directory, clientCert, clientKey),
  ];
  const now = new Date();
  const moments = [now, new Date(now.getTime() + MIN_VALIDITY_MS)];
  return {
    server:
      authority !== undefined && server && serves(server, authority, moments)
        ? { ...server, ca: authority }
        : await serverCertificate(),
    client:
      client &&
      moments.every((moment) => checkClientCertificateNow(client, moment).faults.length === 0)
        ? client
        : await clientCertificate(1),
  };
}

export function certificateFiles({
  server,
  client,
}: SimulatorCertificates): Readonly<Record<string, string>> {
  return {
    [CERTIFICATE_FILES.ca]: server.ca,
    [CERTIFICATE_FILES.serverCert]: server.cert,
    [CERTIFICATE_FILES.serverKey]: server.key,
    [CERTIFICATE_FILES.clientCert]: client.cert,
    [CERTIFICATE_FILES.clientKey]: client.key,
  };
}

async function readPair(
  directory: SimulatorDirectory,
  certName: string,
  keyName: string,
): Promise<PemPair | undefined> {
  const [cert, key] = [await directory.read(certName), await directory.read(keyName)];
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function serves({ cert, key }: PemPair, ca: string, moments: readonly Date[]): boolean {
  try {
    const [own, issuer] = [new X509Certificate(cert), new X509Certificate(ca)];
    return (
      own.checkPrivateKey(createPrivateKey(key)) &&
      own.checkIssued(issuer) &&
      own.verify(issuer.publicKey) &&
      own.checkIP('127.0.0.1') !== undefined &&
      [own, issuer].every(({ validFrom, validTo }) =>
        moments.every((moment) => new Date(validFrom) <= moment && moment < new Date(validTo)),
      )
    );
  } catch {
    return false;
  }
}
