// Runs the main command of the README as a user does, and checks its answers; then the sample with its sessions in Redis
// and in PostgreSQL, in an application of its own.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPostgres, startPostgres } from '../test/e2e/stores/postgres.server.mjs';
import { missingRedis, startRedis } from '../test/e2e/stores/servers.mjs';
import { createApplication } from './sample.application.mjs';
import { startSample } from './sample.process.mjs';

assert.match(readFileSync('README.md', 'utf8'), /npm ci && npm start/);

/** Of the packages that lead to the servers, as the stores are tested with them. */
const { dependencies: VERSIONS } = JSON.parse(readFileSync('test/e2e/stores/package.json', 'utf8'));
const samples = [];

function start(command, options) {
  const sample = startSample(command, options);
  samples.push(sample);
  return sample;
}

async function drive(steps) {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      console.log(`ok ${name}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok ${name}\n${error.stack}\n${samples.at(-1)?.output}`);
    }
  }
}

/** What it must answer, whichever store it has. */
const answers = (sample, where = '') => ({
  [`GET /markets answers with markets${where}`]: async () => {
    assert.ok((await sample().ask('/markets')).length > 0);
  },
  [`one login was enough${where}`]: async () => {
    const { logins } = await sample().ask('/simulator/counts');
    assert.equal(logins, 1);
  },
  [`GET /markets answers after Betfair ended the session, with one login more${where}`]:
    async () => {
      await sample().ask('/simulator/end-session', 'POST');
      await sample().ask('/markets');
      const { logins } = await sample().ask('/simulator/counts');
      assert.equal(logins, 2);
    },
  [`Ctrl-C stops it cleanly${where}`]: async () => {
    const code = await sample().stop();
    assert.ok(code === 0 || code === 130, `exit code ${code}`);
  },
});

const folder = mkdtempSync(join(tmpdir(), 'sample-'));
const asInReadme = start(['npm', 'start'], { storage: `file://${folder}` });
await drive(answers(() => asInReadme));
rmSync(folder, { recursive: true, force: true });

async function driveOn(name, driver, storage, application, prepare = async () => {}) {
  const where = `, with ${name}`;
  const options = { storage, cwd: application.folder };
  let sample;
  await drive({
    [`without ${driver} it says how to install it`]: async () => {
      sample = start(application.command, options);
      await assert.rejects(sample.ask('/markets'), /stopped by itself/);
      assert.match(sample.output, new RegExp(`npm i ${driver}\\b`));
    },
    [`npm i ${driver} is all it needs`]: async () => {
      application.install(`${driver}@${VERSIONS[driver]}`);
      await prepare();
      sample = start(application.command, options);
    },
    ...answers(() => sample, where),
    // Its simulator is another, which does not know the token.
    [`a restart finds the stored token, and asks about it before it logs in${where}`]: async () => {
      sample = start(application.command, options);
      await sample.ask('/markets');
      const { logins, keepAlives } = await sample.ask('/simulator/counts');
      assert.deepEqual({ logins, keepAlives }, { logins: 1, keepAlives: 1 });
      await sample.stop();
    },
  });
}

const servers = { Redis: missingRedis(), PostgreSQL: missingPostgres() };
const absent = Object.values(servers).filter((why) => why !== undefined);
if (absent.length < 2) {
  const application = createApplication();
  if (servers.Redis === undefined) {
    const redis = await startRedis();
    await driveOn('Redis', 'ioredis', redis.origin, application);
    await redis.stop();
  }
  if (servers.PostgreSQL === undefined) {
    const postgres = await startPostgres();
    await driveOn('PostgreSQL', 'pg', postgres.url, application, async () => {
      // As docs/storage/postgresql.md has it.
      const [table] = /^CREATE TABLE .*;$/m.exec(
        readFileSync('docs/storage/postgresql.md', 'utf8'),
      );
      const { Client } = createRequire(join(application.folder, 'package.json'))('pg');
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      await client.query(table);
      await client.end();
    });
    await postgres.stop();
  }
  rmSync(application.folder, { recursive: true, force: true });
}
samples.forEach((sample) => sample.kill());
absent.forEach((why) => console.log(why));
