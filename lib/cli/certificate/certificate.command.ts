import { X509Certificate } from 'node:crypto';
import { writeClientCertificate } from '../../identity/certificate/certificate.writer.js';
import { readOptions } from '../terminal/arguments.js';
import { UsageError } from '../terminal/command.errors.js';
import type { Command } from '../terminal/command.js';
import { SUCCESS } from '../terminal/exit.codes.js';
import { print } from '../terminal/terminal.js';
import { writeNewFiles } from './certificate.files.js';
import { HELP, reportOf } from './certificate.report.js';

/** Rights to read for everybody, and to read for the owner only. */
const [PUBLIC, PRIVATE] = [0o644, 0o600];

export const certificateCommand: Command = {
  help: HELP,

  async run(args) {
    const wrong: string[] = [];
    const given = readOptions(args, { values: ['out'] }, wrong);
    if (wrong.length > 0) throw new UsageError(wrong);
    const { cert, key } = await writeClientCertificate('Betfair API-NG certificate');
    const [certPath = '', keyPath = ''] = await writeNewFiles(given('out').at(-1) ?? '.', [
      { name: 'client.crt', content: cert, mode: PUBLIC },
      { name: 'client.key', content: key, mode: PRIVATE },
    ]);
    print(reportOf({ certPath, keyPath, validTo: new Date(new X509Certificate(cert).validTo) }));
    return SUCCESS;
  },
};
