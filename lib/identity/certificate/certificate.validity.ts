import type { X509Certificate } from 'node:crypto';

/** `extendedKeyUsage = clientAuth`, which Betfair's instructions ask for. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Finds why Betfair would not take a certificate that TLS takes. `label` is what the user set. */
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
      `${label} expired on ${validTo.toISOString()}. Make a new certificate and upload it to the Betfair account.`,
    );
  }
  if (validFrom > now) {
    faults.push(
      `${label} is valid only from ${validFrom.toISOString()}. Check the clock of this machine.`,
    );
  }
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH)) {
    faults.push(
      `${label} is a certificate whose extended key usage does not allow client authentication ("clientAuth"). Make one as the README shows ("From an application key and a certificate to the first call").`,
    );
  }
  return faults;
}
