import { readFile, stat } from 'node:fs/promises';
import { isRecord } from '../../common/unknown-values.js';
import { CertificateNames, type PartName } from '../../identity/certificate/certificate.names.js';
import type { ClientCertificate } from '../../identity/certificate/certificate.options.js';
import { checkClientCertificate } from '../../identity/certificate/client-certificate.js';
import { isPfx } from '../../identity/certificate/wrong-form.js';
import { expiryNotice } from '../../session/events/certificate-expiry.warning.js';
import { quoted } from '../account/account.command.js';
import { type Finding, fail, ok, type Step, warn } from './finding.js';

/** Parts that hold a private key. */
const PRIVATE_PARTS: readonly PartName[] = ['key', 'pem', 'pfx'];
/** Right of every user of the machine to read a file. */
const READABLE_BY_ALL = 0o004;

/** Checks the client certificate as far as this machine can. */
export const certificateStep: Step = {
  name: 'certificate',
  needs: ['options'],

  async check({ prefix, resolved: { certificate } }) {
    if (certificate === undefined) return [ok(`None is used: ${prefix}LOGIN=interactive.`)];
    // Variables give no function.
    if (typeof certificate === 'function') return [];
    const now = new Date();
    const { faults, validTo } = await checkClientCertificate(certificate, now);
    const findings = [...faults.map(fail), ...(await findOpenKeys(certificate)).map(warn)];
    if (faults.length > 0 || validTo === undefined) return findings;
    const notice = expiryNotice(validTo, now.getTime());
    return [...findings, notice === undefined ? valid(validTo) : warn(notice)];
  },
};

function valid(validTo: Date): Finding {
  return ok(
    `It belongs to its key, identifies a client, and is valid until ${validTo.toISOString().slice(0, 10)}. If it is the one uploaded to the account, only a login shows.`,
  );
}

/** Finds files with a private key that every user of the machine can read. */
async function findOpenKeys(certificate: ClientCertificate): Promise<readonly string[]> {
  // The rights on Windows are not in the mode.
  if (process.platform === 'win32') return [];
  const names = new CertificateNames(certificate);
  const found = await Promise.all(
    PRIVATE_PARTS.map(async (part) => {
      const source: unknown = Reflect.get(certificate, part);
      const file = isRecord(source) ? source['file'] : undefined;
      if (typeof file !== 'string') return [];
      // A file that cannot be read is a fault of the certificate.
      const isOpen = await isOpenKey(file).catch(() => false);
      return isOpen
        ? [
            `Every user of this machine can read the private key in ${names.of(part)}. Run: chmod 600 ${quoted(file)}`,
          ]
        : [];
    }),
  );
  return found.flat();
}

/** Tells if every user can read a file and it holds a private key: a wrong path must not lose its rights. */
async function isOpenKey(file: string): Promise<boolean> {
  const found = await stat(file);
  if (!found.isFile() || (found.mode & READABLE_BY_ALL) === 0) return false;
  const bytes = await readFile(file);
  // UTF-16 has a zero in each character.
  const text = bytes.toString('latin1').replaceAll('\0', '');
  return text.includes('PRIVATE KEY-----') || isPfx(bytes);
}
