import { spawnSync } from 'node:child_process';
import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { quietPort, send } from '../../testing/simulator/wire.js';
import {
  cleanUp,
  emptyFolder,
  MAIN,
  run,
  runCommand,
  startedSimulator,
  startSimulator,
} from './support/command.js';

let folder: string;
let busy: Server;
let busyPort: number;

beforeEach(async () => {
  folder = await emptyFolder();
  busyPort = quietPort();
  busy = createServer().listen(busyPort, '127.0.0.1');
  await once(busy, 'listening');
});

afterEach(async () => {
  busy.close();
  await cleanUp();
});

const start = (...args: readonly string[]) =>
  runCommand(['simulator', '--port', '0', ...args], folder).ended;
const portIn = (url: string) => new URL(url).port;

describe('the folder of a simulator that runs', () => {
  it('is refused to another one', async () => {
    const first = await startSimulator(folder);
    const env = await readFile(join(first.folder, '.env'), 'utf8');

    const { code, stdout, stderr } = await start();

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `Error: ${first.folder} is used by the simulator on port ${portIn(first.control)} (process ${first.child.pid}). Stop it, or name another folder: --dir other\n`,
    );
    expect(await readFile(join(first.folder, '.env'), 'utf8')).toBe(env);
    await first.stop();
    await startSimulator(folder);
  });

  it('belongs to one of several that are started at once', async () => {
    const starts = Array.from({ length: 4 }, () =>
      runCommand(['simulator', '--port', '0'], folder),
    );
    const winner = await Promise.any(starts.map((command) => startedSimulator(command, folder)));
    const losers = starts.filter(({ child }) => child !== winner.child);

    for (const { ended } of losers) {
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`is used by the simulator on port ${portIn(winner.control)} (`),
      ]);
    }
    const { stdout } = winner.printed;
    expect(stdout).toContain(`API, login, keepAlive, logout  ${winner.valueOf('ENDPOINT_API')}\n`);
    // The authority in the folder signed what this one presents.
    const reply = await send(winner.ca, `${winner.control}/counts`, { method: 'GET' });
    expect(reply.status).toBe(200);
  });
});

describe('the folder of a simulator whose clock was ahead', () => {
  it('gets certificates that are valid now', async () => {
    const ahead = `
      const now = Date.now;
      Date = class extends Date {
        static now() { return now() + 12 * 3_600_000; }
        constructor(...given) { super(...(given.length === 0 ? [Date.now()] : given)); }
      };`;
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(ahead)}`,
      MAIN,
      'simulator',
      '--port',
      '0',
    ];
    const early = await startedSimulator(run(process.execPath, args, folder), folder);
    const client = () => readFile(join(early.folder, 'client.crt'), 'utf8');
    const clientOfEarly = await client();
    await early.stop();
    expect(Date.parse(new X509Certificate(early.ca).validFrom)).toBeGreaterThan(Date.now());

    const { ca } = await startSimulator(folder);

    expect(Date.parse(new X509Certificate(ca).validFrom)).toBeLessThanOrEqual(Date.now());
    expect(await client()).not.toBe(clientOfEarly);
  });
});

describe('the folder of a simulator that was killed', () => {
  it('is taken up by the next start, with its certificates', async () => {
    const first = await startSimulator(folder);
    first.child.kill('SIGKILL');
    await first.ended;
    expect((await startSimulator(folder)).ca).toBe(first.ca);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'is taken up when the start was killed at %d files',
    async (files) => {
      const path = join(folder, 'simulated-betfair');
      const { child, ended } = runCommand(['simulator', '--port', '0'], folder);
      const names = () => readdir(path).catch((): string[] => []);
      while ((await names()).length < files) continue;
      child.kill('SIGKILL');
      await ended;

      const { ca, control } = await startSimulator(folder);

      expect((await send(ca, `${control}/counts`, { method: 'GET' })).status).toBe(200);
      expect((await names()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('is not taken for one of somebody else if only temporary files are in it', async () => {
    const path = join(folder, 'simulated-betfair');
    await mkdir(join(path, '..simulator.json.versions'), { recursive: true });
    await writeFile(join(path, `simulator-${randomUUID()}.tmp`), 'half a ke');
    await startSimulator(folder);
    expect((await readdir(path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    ['by a process that serves no port', () => ({ pid: process.pid, port: quietPort() })],
    ['by none, and its port by another', () => ({ pid: endedProcess(), port: busyPort })],
    ['on another host', () => ({ pid: process.pid, port: busyPort, host: 'elsewhere' })],
  ])('is taken up although its number is used %s', async (_, holder) => {
    const path = join(folder, 'simulated-betfair');
    await mkdir(path);
    const note = { written: {}, holder: { host: hostname(), ...holder() } };
    await writeFile(join(path, '.simulator.json'), JSON.stringify(note));
    await startSimulator(folder);
  });

  it('is refused while the number and the port are in use', async () => {
    const path = join(folder, 'simulated-betfair');
    await mkdir(path);
    const holder = { host: hostname(), pid: process.pid, port: busyPort };
    await writeFile(join(path, '.simulator.json'), JSON.stringify({ written: {}, holder }));
    expect(await start()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`on port ${busyPort} (process ${process.pid})`),
    });
  });

  it('is taken up by a process of the same number, as in a container', async () => {
    const path = join(folder, 'simulated-betfair');
    await mkdir(path);
    const note = `{"written":{},"holder":{"host":"${hostname()}","pid":$$,"port":${busyPort}}}`;
    const script = `cat > "$1" <<END\n${note}\nEND\nexec "$2" "$3" simulator --port 0`;
    const file = join(path, '.simulator.json');
    const command = run('sh', ['-ec', script, 'sh', file, process.execPath, MAIN], folder);
    const { child } = await startedSimulator(command, folder);
    expect(await readFile(file, 'utf8')).toContain(`"pid": ${child.pid}`);
  });
});

function endedProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}
