import type { X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { adviseOnStray, findStray } from '../../common/settings/clean-text.js';
import { isPathLike } from '../../common/settings/path-text.js';
import type { CertificatePart } from './certificate.part.js';
import { isPfx } from './wrong-form.js';

/** Reads the certificate in a PKCS #12 file, or explains why TLS refuses it and what to do. */
export function readPfx(
  part: CertificatePart,
  passphrase: string | undefined,
): X509Certificate | string {
  try {
    const secureContext = createSecureContext({ pfx: part.bytes, passphrase });
    // A socket that is never connected is the only public way to see the certificate in a PFX.
    const socket = new TLSSocket(new Duplex(), { secureContext });
    const certificate = socket.getX509Certificate();
    socket.destroy();
    return certificate ?? `${part.label} holds no certificate.`;
  } catch (error) {
    return explain(part, passphrase, String(error));
  }
}

/** Explains an error by its text, because OpenSSL gives these errors no code. */
function explain(part: CertificatePart, passphrase: string | undefined, reason: string): string {
  const { label, names } = part;
  const option = names.of('passphrase');
  if (reason.includes('mac verify')) {
    if (passphrase === undefined || passphrase === '') {
      return `${label} is protected by a passphrase, and ${option} is missing. Set it.`;
    }
    return `${label} cannot be opened with ${option}, or is damaged. ${adviseOnStray('The passphrase', passphrase) ?? 'Set the passphrase that it was made with.'}`;
  }
  if (/unsupported/i.test(reason)) {
    return `${label} uses an old encryption that OpenSSL 3 refuses. Convert it: openssl pkcs12 -legacy -in old.p12 -nodes -out client.pem, and give it as ${names.asFile('pem')}.`;
  }
  if (reason.includes('private key')) {
    return `${label} holds no private key. Export it again, together with the key.`;
  }
  if (reason.includes('load certificate')) {
    return `${label} holds no certificate. Export it again, together with the certificate.`;
  }
  return `${label} ${explainOther(part)}`;
}

function explainOther({ bytes, names }: CertificatePart): string {
  const text = bytes.toString().trim();
  if (text === '') return 'is empty. Export the PKCS #12 file again.';
  if (isPfx(bytes))
    return 'is not a complete PKCS #12 file (.p12, .pfx). Copy it again, as binary.';
  if (text.includes('-----BEGIN ')) {
    return `is the text of a PEM, not a PKCS #12 file. Give it as ${names.asFile('pem')}, or as ${names.asFile('cert')} and ${names.asFile('key')}.`;
  }
  const stray = findStray(text);
  if (stray?.kind === 'quotes') return `${stray.said}. Remove them.`;
  if (isPfx(Buffer.from(text, 'base64'))) {
    return `is in base64. Decode it first: base64 -d${names.areVariables ? `; or give the text as ${names.asText('pfx')}` : ''}.`;
  }
  return isPathLike(text)
    ? `looks like the path of a file. Give a path as ${names.asFile('pfx')}.`
    : 'is not a PKCS #12 file (.p12, .pfx). Export it with openssl pkcs12 -export; docs/getting-started.md shows the line.';
}
