import { heading } from '../terminal/terminal.js';

/** Variable with the passphrase of a PKCS #12 file. */
export const PASSPHRASE = 'BETFAIR_PASSPHRASE';

/** Text of `--help`. */
export const HELP = `Usage: nestjs-betfair-session certificate [options]

Makes a client certificate as Betfair asks for it (self-signed, RSA 2048, for
client authentication, valid for 365 days) and its private key: client.crt and
client.key. Files that exist are never overwritten.

Options:
  --out <folder>  Folder for the files. Default: the working directory
  --pfx           Writes client.p12 instead of client.key: certificate and key
                  in one PKCS #12 file, which the passphrase in the variable
                  ${PASSPHRASE} protects.
  --help          Shows this text.

Exit code: 0 if the files were written; 1 if not, then none was; 2 for wrong
options.`;

/** Files that were written. */
interface WrittenCertificate {
  readonly certPath: string;
  /** File with the private key. */
  readonly secretPath: string;
  readonly isPfx: boolean;
  readonly validTo: Date;
}

/** Says what to do with the files. */
export function reportOf({ certPath, secretPath, isPfx, validTo }: WrittenCertificate): string {
  const variables = isPfx
    ? [`BETFAIR_PFX_FILE=${secretPath}`, `${PASSPHRASE}=<the passphrase>`]
    : [`BETFAIR_CERT_FILE=${certPath}`, `BETFAIR_KEY_FILE=${secretPath}`];
  return `${heading('Wrote')}

  ${certPath}
    the certificate, which you upload
  ${secretPath}
    ${isPfx ? 'certificate and private key' : 'its private key'}: never upload it, and keep it out of Git

${heading('1. Upload client.crt to the account')}

  On the Betfair site: account details > security > "Automated Betting Program
  Access", or
  https://myaccount.betfair.com/accountdetails/mysecurity?showAPI=1

${heading('2. Set these variables')}

${variables.map((line) => `  ${line}`).join('\n')}

${heading('3. See if Betfair takes it')}

  npx nestjs-betfair-session doctor --login

It expires on ${validTo.toISOString().slice(0, 10)}; make and upload another one before.`;
}
