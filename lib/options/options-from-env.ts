import { BetfairConfigurationError } from '../errors/index.js';
import { isJurisdiction, jurisdictions } from '../identity/jurisdiction.endpoints.js';
import type {
  BetfairSessionOptions,
  CertificateSource,
  ClientCertificate,
  CommonSessionOptions,
} from './betfair-session-options.interface.js';
import { findShortInterval } from './time-bounds.js';
import { nameByVariable } from './variable-names.js';

/** How the variables are named. */
export interface OptionsFromEnvSettings {
  /**
   * What every variable begins with.
   *
   * @default 'BETFAIR_'
   */
  readonly prefix?: string | undefined;
}

/**
 * Options from environment variables: `BETFAIR_USERNAME`, `BETFAIR_PASSWORD`, `BETFAIR_APP_KEY`, and a certificate as
 * `BETFAIR_CERT` and `BETFAIR_KEY` (PEM text, `\n` allowed) or `BETFAIR_CERT_FILE` and `BETFAIR_KEY_FILE`, as
 * `BETFAIR_PEM` or `BETFAIR_PEM_FILE` (joined), or as `BETFAIR_PFX` (base64) or `BETFAIR_PFX_FILE`, with
 * `BETFAIR_PASSPHRASE`; or `BETFAIR_LOGIN=interactive`. Optional: `BETFAIR_JURISDICTION`, `BETFAIR_STORAGE`,
 * `BETFAIR_SESSION_KEY`, `BETFAIR_PERSISTENCE`, `BETFAIR_KEEP_ALIVE` (`true`, `false` or milliseconds, at least 60,000).
 *
 * @throws BetfairConfigurationError naming every variable that is missing or cannot be read
 */
export function betfairSessionOptionsFromEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { prefix = 'BETFAIR_' }: OptionsFromEnvSettings = {},
): BetfairSessionOptions {
  const reader = new EnvironmentReader(env, prefix);
  const common = readCommon(reader);
  const login = reader.oneOf('LOGIN', ['certificate', 'interactive']);
  const certificate = login === 'interactive' ? undefined : readCertificate(reader);
  reader.throwFaults();
  if (certificate !== undefined) return { ...common, certificate };
  return { ...common, login: 'interactive' };
}

function readCommon(reader: EnvironmentReader): CommonSessionOptions {
  const jurisdiction = reader.oneOf('JURISDICTION', jurisdictions);
  return {
    username: reader.required('USERNAME'),
    password: reader.required('PASSWORD'),
    applicationKey: reader.required('APP_KEY'),
    jurisdiction: isJurisdiction(jurisdiction) ? jurisdiction : undefined,
    storage: reader.optional('STORAGE'),
    sessionKey: reader.optional('SESSION_KEY'),
    persistence: reader.oneOf('PERSISTENCE', ['required', 'best-effort']),
    keepAlive: readKeepAlive(reader),
  };
}

function readCertificate(reader: EnvironmentReader): ClientCertificate | undefined {
  const passphrase = reader.optional('PASSPHRASE');
  const pfx = reader.optional('PFX');
  const pfxFile = reader.optional('PFX_FILE');
  if (pfx !== undefined) return { pfx: Buffer.from(pfx, 'base64'), passphrase };
  if (pfxFile !== undefined) return { pfx: { file: pfxFile }, passphrase };
  const pem = reader.pem('PEM');
  if (pem !== undefined) return { pem, passphrase };
  const cert = reader.pem('CERT');
  const key = reader.pem('KEY');
  if (cert !== undefined && key !== undefined) return { cert, key, passphrase };
  reader.fault(
    `set ${reader.name('CERT_FILE')} and ${reader.name('KEY_FILE')} (or ${reader.name('PEM_FILE')}, or ${reader.name('PFX_FILE')}) to the client certificate, or ${reader.name('LOGIN')}=interactive.`,
  );
  return undefined;
}

function readKeepAlive(reader: EnvironmentReader): CommonSessionOptions['keepAlive'] {
  const text = reader.optional('KEEP_ALIVE');
  if (text === undefined) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  const name = reader.name('KEEP_ALIVE');
  const isNumber = /^[1-9]\d*$/.test(text);
  const fault = isNumber
    ? findShortInterval(name, Number(text))
    : `${name}: it is true, false or a number of milliseconds.`;
  if (fault === undefined) return nameByVariable({ interval: Number(text) }, name);
  reader.fault(fault);
  return undefined;
}

/** Reads variables and collects what is wrong with them. */
class EnvironmentReader {
  readonly #faults: string[] = [];

  constructor(
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly prefix: string,
  ) {}

  name(variable: string): string {
    return `${this.prefix}${variable}`;
  }

  /** An empty variable counts as left out: that is how compose files and CI write "not set". */
  optional(variable: string): string | undefined {
    return this.env[this.name(variable)] || undefined;
  }

  required(variable: string): string {
    const text = this.optional(variable);
    if (text === undefined) this.fault(`${this.name(variable)}: set this environment variable.`);
    return text ?? '';
  }

  oneOf<const T extends string>(variable: string, allowed: readonly T[]): T | undefined {
    const text = this.optional(variable);
    if (text === undefined) return undefined;
    const found = allowed.find((value) => value === text);
    if (found === undefined)
      this.fault(`${this.name(variable)}: it is one of ${allowed.join(', ')}.`);
    return found;
  }

  /** PEM text, in which a one-line variable writes its line breaks as `\n`; or the file that holds it. */
  pem(variable: string): CertificateSource | undefined {
    const text = this.optional(variable);
    if (text !== undefined) return text.replaceAll(String.raw`\n`, '\n');
    const file = this.optional(`${variable}_FILE`);
    return file === undefined ? undefined : { file };
  }

  fault(fault: string): void {
    this.#faults.push(fault);
  }

  throwFaults(): void {
    if (this.#faults.length > 0) throw new BetfairConfigurationError(this.#faults);
  }
}
