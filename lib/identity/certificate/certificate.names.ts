import { variableOf } from '../../common/settings/variable-names.js';

export type PartName = 'cert' | 'key' | 'pem' | 'pfx';

/** Names for the parts of a certificate in messages: their environment variables, or else their options. */
export class CertificateNames {
  readonly #prefix: string | undefined;
  readonly #option: string;

  constructor(private readonly certificate: object) {
    this.#prefix = variableOf(certificate, 'prefix');
    this.#option = variableOf(certificate, 'option') ?? 'certificate';
  }

  /** Setting from which the part was read. */
  of(part: PartName | 'passphrase'): string {
    return variableOf(this.certificate, part) ?? this.asText(part);
  }

  /** Setting for the text of a part. */
  asText(part: PartName | 'passphrase'): string {
    return this.#prefix === undefined
      ? `${this.#option}.${part}`
      : `${this.#prefix}${part.toUpperCase()}`;
  }

  /** Setting for the path of a file with a part. */
  asFile(part: PartName): string {
    return this.#prefix === undefined
      ? `${this.#option}.${part}.file`
      : `${this.#prefix}${part.toUpperCase()}_FILE`;
  }

  /** Tells if the settings are environment variables, in which `\n` may mean a line break. */
  get areVariables(): boolean {
    return this.#prefix !== undefined;
  }
}
