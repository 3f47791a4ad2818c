import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../stores/free-port.mjs';
import { follow } from './pages.mjs';
import { writeCode } from './starter.mjs';
import { Terminal } from './terminal.mjs';

/** Does what docs/getting-started.md says, at a simulated Betfair that knows the certificate that was made. */
export async function followGettingStarted(folder, tarball, { BetfairSimulator, environmentOf }) {
  const PORT = String(await freePort());
  const terminal = new Terminal(folder, { PORT });
  let betfair;
  let application;
  try {
    await follow('docs/getting-started.md', [
      [/^npx nestjs-betfair-session certificate\n$/, (block) => terminal.run(block)],
      [
        /openssl req /,
        async (block) => {
          await terminal.run(`mkdir -p by-openssl && cd by-openssl && ${block}`);
        },
      ],
      [
        /openssl pkcs12 /,
        async (block) => {
          await terminal.run(`cd by-openssl && ${block}`);
        },
      ],
      [
        /^npm i nestjs-betfair-session @nestjs\/config\n$/,
        (block) =>
          terminal.run(`${block.trim().replace('nestjs-betfair-session', tarball)} --no-audit`),
      ],
      [
        /^BETFAIR_USERNAME=/,
        async (block) => {
          betfair = await betfairOf(BetfairSimulator, folder);
          writeFileSync(join(folder, '.env'), block);
          appendFileSync(join(folder, '.env'), placesOf(betfair, folder, environmentOf));
        },
      ],
      [/class AppModule/, (code) => writeCode(folder, 'src/app.module.ts', code)],
      // For another kind of account: it is compiled with the rest.
      [/class InteractiveModule/, (code) => writeCode(folder, 'src/interactive.module.ts', code)],
      [
        / doctor /,
        async (block) => {
          assert.match(await terminal.run(block), /Nothing is wrong\./);
          assert.equal(betfair.counts.loginAttempts, 0);
        },
      ],
      [
        /^npm start\n$/,
        async (block) => {
          application = await terminal.runUntil(block, 'successfully started');
        },
      ],
      [
        /^curl /,
        async (block) => {
          const ask = () => terminal.run(block.replace('3000', PORT));
          assert.match(await ask(), /"availableToBetBalance":1000/);
          assert.match(application.printed(), /Logged in to Betfair\./);
          await application.stop();
          application = await terminal.runUntil('npm start', 'successfully started');
          await ask();
          assert.match(application.printed(), /Resumed the stored Betfair session\./);
          assert.equal(betfair.counts.logins, 1);
        },
      ],
    ]);
  } finally {
    await application?.stop();
    await betfair?.stop();
  }
}

/** Betfair with the account of the page, to which the certificate was uploaded. */
function betfairOf(BetfairSimulator, folder) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  return BetfairSimulator.start({
    accounts: [
      {
        username: 'your-user-name',
        password: 'your-password',
        applicationKey: 'your-application-key',
        certificate: { cert: read('client.crt'), key: read('client.key') },
      },
    ],
  });
}

/** What somebody without an account has to add: the lines that the simulator's own .env has for its places. */
function placesOf(betfair, folder, environmentOf) {
  writeFileSync(join(folder, 'ca.crt'), betfair.ca);
  const lines = environmentOf(betfair, folder).match(/^BETFAIR_(?:ENDPOINT_\w+|CA_FILE)=.*\n/gm);
  return lines.join('');
}
