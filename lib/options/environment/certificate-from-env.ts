import { findMangling } from '../../identity/certificate/mangled-pem.js';
import { nameByVariables } from '../../common/settings/variable-names.js';
import type {
  CertificateSource,
  ClientCertificate,
} from '../../identity/certificate/certificate.options.js';
import type { EnvironmentReader } from './environment.reader.js';

interface GivenPart<T = CertificateSource> {
  /** Name of the variable that holds it. */
  readonly variable: string;
  readonly source: T;
}

/** Reads the certificate from its variables; notes a fault if there is none or more than one. */
export function readCertificate(reader: EnvironmentReader): ClientCertificate | undefined {
  const pfx = readPfx(reader);
  const pem = readPart(reader, 'PEM');
  const [cert, key] = [readPart(reader, 'CERT'), readPart(reader, 'KEY')];
  const forms = [pfx, pem, cert ?? key].filter((form) => form !== undefined);
  if (forms.length > 1) {
    reader.fault(
      `${forms.map(({ variable }) => variable).join(' and ')} each give a certificate: keep only one.`,
    );
    return undefined;
  }
  const passphrase = reader.optional('PASSPHRASE');
  const common = { prefix: reader.prefix, passphrase: reader.name('PASSPHRASE') };
  if (pfx) {
    return nameByVariables({ pfx: pfx.source, passphrase }, { ...common, pfx: pfx.variable });
  }
  if (pem) {
    return nameByVariables({ pem: pem.source, passphrase }, { ...common, pem: pem.variable });
  }
  if (cert && key) {
    return nameByVariables(
      { cert: cert.source, key: key.source, passphrase },
      { ...common, cert: cert.variable, key: key.variable },
    );
  }
  reader.fault(explainMissing(reader, cert, key));
  return undefined;
}

function explainMissing(
  reader: EnvironmentReader,
  cert: GivenPart | undefined,
  key: GivenPart | undefined,
): string {
  const broken = [cert, key].map(findBroken).find((fault) => fault !== undefined);
  if (broken !== undefined) return broken;
  if (cert) {
    return `${reader.name('KEY_FILE')}: set it too, to the private key of the certificate in ${cert.variable}.`;
  }
  if (key) {
    return `${reader.name('CERT_FILE')}: set it too, to the certificate of the private key in ${key.variable}.`;
  }
  return `set ${reader.name('CERT_FILE')} and ${reader.name('KEY_FILE')} (or ${reader.name('PEM_FILE')}, or ${reader.name('PFX_FILE')}) to the client certificate, or ${reader.name('LOGIN')}=interactive.`;
}

/** Finds a PEM text cut off by an .env file, which happens if a text of several lines has no quotes. */
function findBroken(part: GivenPart | undefined): string | undefined {
  if (typeof part?.source !== 'string') return undefined;
  const mangling = findMangling(part.source, true);
  return mangling && `${part.variable} ${mangling}`;
}

/** Reads a PEM text, in which line breaks may be written as `\n`, or the file that holds it. */
function readPart(reader: EnvironmentReader, variable: string): GivenPart | undefined {
  return readEither(reader, variable, (text) => text.replaceAll(String.raw`\n`, '\n'));
}

function readPfx(reader: EnvironmentReader): GivenPart<Buffer | { file: string }> | undefined {
  // A text that is not base64 is passed on unchanged, so that the check can say what it is.
  return readEither(reader, 'PFX', (given) => {
    const text = given.replaceAll(String.raw`\n`, '\n');
    return /^\s*(?:M|LS0t)[A-Za-z0-9+/_=\s-]+$/.test(text)
      ? Buffer.from(text, 'base64')
      : Buffer.from(given);
  });
}

function readEither<T>(
  reader: EnvironmentReader,
  variable: string,
  parse: (text: string) => T,
): GivenPart<T | { file: string }> | undefined {
  const text = reader.optional(variable);
  const file = reader.optional(`${variable}_FILE`);
  const [name, fileName] = [reader.name(variable), reader.name(`${variable}_FILE`)];
  if (text !== undefined && file !== undefined) {
    reader.fault(`${name} and ${fileName} are both set: leave one out.`);
  }
  if (text !== undefined) return { variable: name, source: parse(text) };
  return file === undefined ? undefined : { variable: fileName, source: { file } };
}
