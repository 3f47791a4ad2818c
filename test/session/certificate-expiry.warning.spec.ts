import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../identity/support/certificates.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { until } from '../support/betting.js';
import { VirtualClock } from '../support/virtual.clock.js';

const DAY = 86_400_000;

afterEach(closeAccounts);

function certificateUntil(end: number) {
  return makeCertificate({ from: new Date(end - 365 * DAY), to: new Date(end) });
}

it('warns from 30 days before the client certificate expires, once a day, until the file is replaced', async () => {
  const clock = new VirtualClock();
  clock.setWallBack(clock.wall() - Date.now());
  const directory = await mkdtemp(join(tmpdir(), 'certificate-'));
  const [certFile, keyFile] = [join(directory, 'client.crt'), join(directory, 'client.key')];
  const { simulator, start } = await createAccount({ clock });
  const replace = async (end: number) => {
    const pair = await certificateUntil(end);
    simulator.account().certificate = pair;
    await Promise.all([writeFile(certFile, pair.cert), writeFile(keyFile, pair.key)]);
  };
  await replace(clock.wall() + 33.5 * DAY);
  const { logger } = await start(
    { certificate: { cert: { file: certFile }, key: { file: keyFile } }, keepAlive: true },
    clock,
  );
  const warnings = () => logger.lines.filter((line) => String(line[1]).includes('expires in'));

  await clock.advance(3 * DAY);
  expect(warnings()).toEqual([]);
  await clock.advance(4.5 * DAY);
  // The file is read in real time.
  await until(() => warnings().length >= 3);
  expect(new Set(warnings().map(([level]) => level))).toEqual(new Set(['warn']));
  expect(String(warnings()[0]?.[1])).toMatch(
    /expires in (28|29) days, on .* Create a new certificate/,
  );

  await replace(clock.wall() + 300 * DAY);
  await clock.advance(10 * DAY);
  // Once a day, give or take the jitter of the keep-alives that it hangs on.
  expect([3, 4]).toContain(warnings().length);
});
