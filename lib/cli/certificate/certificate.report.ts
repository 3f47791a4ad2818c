import { heading } from '../terminal/terminal.js';

/** Text of `--help`. */
export const HELP = `Usage: nestjs-betfair-session certificate [options]

Makes a client certificate as Betfair asks for it (self-signed, RSA 2048, for
client authentication, valid for 365 days) and its private key: client.crt and
client.key. Files that exist are never overwritten.

Options:
  --out <folder>  Folder for the files. Default: the working directory
  --help          Shows this text.`;

/** Files that were written. */
interface WrittenCertificate {
  readonly certPath: string;
  readonly keyPath: string;
  readonly validTo: Date;
}

/** Says what to do with the files. */
export function reportOf({ certPath, keyPath, validTo }: WrittenCertificate): string {
  return `${heading('Wrote')}

  ${certPath}
    the certificate, which you upload
  ${keyPath}
    its private key: never upload or send it, and keep it out of Git

${heading('1. Upload client.crt to the account')}

  On the Betfair site: account details > security > "Automated Betting Program
  Access", or
  https://myaccount.betfair.com/accountdetails/mysecurity?showAPI=1

${heading('2. Set these variables')}

  BETFAIR_CERT_FILE=${certPath}
  BETFAIR_KEY_FILE=${keyPath}

${heading('3. See if Betfair takes it')}

  nestjs-betfair-session doctor --login

It expires on ${validTo.toISOString().slice(0, 10)}; make and upload another one before.`;
}
