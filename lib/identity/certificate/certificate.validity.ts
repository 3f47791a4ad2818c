import type { X509Certificate } from 'node:crypto';

/** `extendedKeyUsage = clientAuth`, which Betfair's instructions ask for. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Kinds of keys that TLS 1.3 supports. Keys of elliptic curves must have one of {@link CURVES}. */
const KEY_TYPES: ReadonlySet<string | undefined> = new Set(['rsa', 'rsa-pss', 'ed25519', 'ed448']);
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const CREATE_ANOTHER =
  'Create another with npx nestjs-betfair-session certificate, and upload it to the Betfair account.';

/** Finds why Betfair would refuse a certificate that TLS accepts. `label` is the setting. */
export function findValidityFaults(
  certificate: X509Certificate,
  label: string,
  now: Date,
): readonly string[] {
  const faults: string[] = [];
  const validFrom = new Date(certificate.validFrom);
  const validTo = new Date(certificate.validTo);
  if (validTo < now) {
    faults.push(
      `${label} expired on ${validTo.toISOString()}. Create a new certificate and upload it to the Betfair account.`,
    );
  }
  if (validFrom > now) {
    faults.push(
      `${label} is valid only from ${validFrom.toISOString()}. Check the clock of this machine.`,
    );
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  if (!KEY_TYPES.has(type) && !CURVES.has(details?.namedCurve)) {
    faults.push(
      `${label} has a kind of key (${details?.namedCurve ?? type}) that TLS 1.3 does not support. ${CREATE_ANOTHER}`,
    );
  }
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH)) {
    faults.push(
      `${label} is a certificate whose extended key usage does not allow client authentication ("clientAuth"). ${CREATE_ANOTHER}`,
    );
  }
  return faults;
}
