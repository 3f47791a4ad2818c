import { X509Certificate } from 'node:crypto';
import { writeClientCertificate } from '../../identity/certificate/certificate.writer.js';
import { writePfx } from '../../identity/certificate/pfx.writer.js';
import { readOptions } from '../terminal/arguments.js';
import { UsageError } from '../terminal/command.errors.js';
import type { Command } from '../terminal/command.js';
import { SUCCESS } from '../terminal/exit.codes.js';
import { print } from '../terminal/terminal.js';
import { type NewFile, writeNewFiles } from './certificate.files.js';
import { HELP, PASSPHRASE, reportOf } from './certificate.report.js';

/** Rights to read for everybody, and to read and write for the owner only. */
const [PUBLIC, PRIVATE] = [0o644, 0o600];

export const certificateCommand: Command = {
  help: HELP,

  async run(args) {
    const wrong: string[] = [];
    const given = readOptions(args, { values: ['out'], flags: ['pfx'] }, wrong);
    const isPfx = given('pfx').length > 0;
    const passphrase = process.env[PASSPHRASE] ?? '';
    if (isPfx && passphrase === '') {
      wrong.push(`--pfx needs a passphrase for the file. Choose one and set ${PASSPHRASE} to it.`);
    }
    if (wrong.length > 0) throw new UsageError(wrong);
    const pair = await writeClientCertificate('Betfair API-NG certificate');
    const secret: NewFile = isPfx
      ? { name: 'client.p12', content: writePfx(pair, passphrase), mode: PRIVATE }
      : { name: 'client.key', content: pair.key, mode: PRIVATE };
    const files = [{ name: 'client.crt', content: pair.cert, mode: PUBLIC }, secret];
    const [certPath = '', secretPath = ''] = await writeNewFiles(given('out').at(-1) ?? '.', files);
    const validTo = new Date(new X509Certificate(pair.cert).validTo);
    print(reportOf({ certPath, secretPath, isPfx, validTo }));
    return SUCCESS;
  },
};
