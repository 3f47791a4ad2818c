/** Certificate or key: PEM text, its bytes, or a file, which is read again at every login. */
export type CertificateSource =
  | string
  | Buffer
  | {
      /** Path, from the working directory or absolute. */
      readonly file: string;
    };

/** Client certificate of a certificate login, in any of the usual forms. */
export type ClientCertificate = {
  /** Passphrase of the private key or the PFX. */
  readonly passphrase?: string | undefined;
} & (
  | {
      /** The certificate. */
      readonly cert: CertificateSource;
      /** The private key of the certificate. */
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

/** Returns the current client certificate, for example from a secret manager. */
export type CertificateFunction = () => ClientCertificate | Promise<ClientCertificate>;
