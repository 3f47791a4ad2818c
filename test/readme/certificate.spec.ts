import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  betfairSessionOptionsFromEnv,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { blocks } from './blocks.js';

/** A fresh machine may have Node and nothing else. */
const itWithOpenssl = spawnSync('openssl', ['version']).status === 0 ? it : it.skip;

const ACCOUNT = { BETFAIR_USERNAME: 'me', BETFAIR_PASSWORD: 'secret', BETFAIR_APP_KEY: 'key' };

itWithOpenssl(
  'the openssl lines of docs/getting-started.md make certificates that are taken at start-up',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'certificate-'));
    const simulator = await BetfairSimulator.start();
    try {
      for (const lines of blocks('sh').filter((block) => block.includes('openssl '))) {
        const run = spawnSync('sh', ['-ec', lines], { cwd: directory, encoding: 'utf8' });
        expect({ status: run.status, errors: run.status === 0 ? '' : run.stderr }).toEqual({
          status: 0,
          errors: '',
        });
      }
      const printed = spawnSync('openssl', ['x509', '-in', 'client.crt', '-noout', '-text'], {
        cwd: directory,
        encoding: 'utf8',
      });
      // The four extensions of Betfair's instructions.
      for (const extension of [
        /CA:FALSE/,
        /Netscape Cert Type: *\n +SSL Client/,
        /Digital Signature, Key Encipherment/,
        /TLS Web Client Authentication/,
      ]) {
        expect(printed.stdout).toMatch(extension);
      }
      const forms: Record<string, string>[] = [
        {
          BETFAIR_CERT_FILE: join(directory, 'client.crt'),
          BETFAIR_KEY_FILE: join(directory, 'client.key'),
        },
        {
          BETFAIR_PFX_FILE: join(directory, 'client.p12'),
          BETFAIR_PASSPHRASE: 'choose one',
        },
      ];
      for (const form of forms) {
        const options = betfairSessionOptionsFromEnv({ ...ACCOUNT, ...form });
        const { ca, endpoints } = simulator.options();
        const module = await Test.createTestingModule({
          imports: [BetfairSessionModule.forRoot({ ...options, ca, endpoints, storage: 'mem://' })],
        }).compile();
        expect(module.get(SessionService).status.state).toBe('empty');
        await module.close();
      }
    } finally {
      await simulator.stop();
      await rm(directory, { recursive: true });
    }
  },
);
