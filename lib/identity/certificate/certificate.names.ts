import { variableOf } from '../../common/variable-names.js';

/** The parts that a client certificate is given in. */
export type PartName = 'cert' | 'key' | 'pem' | 'pfx';

/** Names the parts of a certificate in messages: by the environment variables they were read from, else by the options. */
export class CertificateNames {
  readonly #prefix: string | undefined;
  readonly #option: string;

  constructor(private readonly certificate: object) {
    this.#prefix = variableOf(certificate, 'prefix');
    this.#option = variableOf(certificate, 'option') ?? 'certificate';
  }

  /** The place where the user set it. */
  of(part: PartName | 'passphrase'): string {
    return variableOf(this.certificate, part) ?? this.asText(part);
  }

  /** The place for the text of that part. */
  asText(part: PartName | 'passphrase'): string {
    return this.#prefix === undefined
      ? `${this.#option}.${part}`
      : `${this.#prefix}${part.toUpperCase()}`;
  }

  /** The place for the path of a file that holds that part. */
  asFile(part: PartName): string {
    return this.#prefix === undefined
      ? `${this.#option}.${part}.file`
      : `${this.#prefix}${part.toUpperCase()}_FILE`;
  }

  /** Tells if the text stands in an environment variable, where `\n` may stand for a line break. */
  get areVariables(): boolean {
    return this.#prefix !== undefined;
  }
}
