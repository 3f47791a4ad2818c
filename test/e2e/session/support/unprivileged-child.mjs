// A Nest application that may read a directory of root's and not write to it; it uses the built package.
import { NestFactory } from '@nestjs/core';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';

/** That of "nobody". */
const USER = 65_534;

// Only once everything is loaded: the project may lie where nobody else reads.
if (process.getuid?.() === 0) process.seteuid(USER);
const said = [];
const logger = { log: (line) => said.push(line), warn: (line) => said.push(line) };
const say = (line) => console.log(JSON.stringify({ ...line, said }));
try {
  const options = JSON.parse(process.env.UNPRIVILEGED_CHILD);
  const app = await NestFactory.createApplicationContext(BetfairSessionModule.forRoot(options), {
    logger: { ...logger, error: () => {}, debug: () => {}, verbose: () => {} },
    abortOnError: false,
  });
  const sessions = app.get(SessionService);
  const { token } = await sessions.getSession();
  say({ token, status: sessions.status });
  await app.close();
} catch ({ code, message }) {
  say({ code, message });
}
