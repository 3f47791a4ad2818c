/** Text of a certificate or key: PEM text, its bytes, or a file that holds it, read again at every login. */
export type CertificateSource =
  | string
  | Buffer
  | {
      /** Path, from the working directory or absolute. */
      readonly file: string;
    };

/** The client certificate of a certificate login, in any form that people hold it. */
export type ClientCertificate = {
  /** Decrypts the private key or the PFX. */
  readonly passphrase?: string | undefined;
} & (
  | {
      /** The certificate. */
      readonly cert: CertificateSource;
      /** Its private key. */
      readonly key: CertificateSource;
    }
  | {
      /** Certificate and private key joined in one PEM text. */
      readonly pem: CertificateSource;
    }
  | {
      /** PKCS #12 bytes (`.p12`, `.pfx`), or a file of them, read again at every login. */
      readonly pfx:
        | Buffer
        | {
            /** Path, from the working directory or absolute. */
            readonly file: string;
          };
    }
);

/** Returns the client certificate of this moment, from a secret manager for example. */
export type CertificateFunction = () => ClientCertificate | Promise<ClientCertificate>;
