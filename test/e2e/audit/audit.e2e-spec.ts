import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';

let registry: Server;

afterEach(() => {
  registry.closeAllConnections();
  registry.close();
});

/** Runs `npm run check:audit` against a registry that answers a question for advisories with this. */
async function audit(status: number, advisories: object, ...parameters: string[]) {
  registry = createServer((request, response) => {
    request.resume();
    response.writeHead(request.method === 'POST' ? status : 404);
    response.end(JSON.stringify(request.method === 'POST' ? advisories : {}));
  });
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  const address = registry.address();
  if (typeof address !== 'object' || address === null) throw new Error('It does not listen.');
  const child = spawn('npm', ['run', '--silent', 'check:audit', '--', ...parameters], {
    env: {
      ...process.env,
      NO_PROXY: '127.0.0.1',
      npm_config_registry: `http://127.0.0.1:${address.port}/`,
      npm_config_fetch_retries: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { printed, code };
}

it('passes where the registry knows of nothing', async () => {
  const { printed, code } = await audit(200, {});
  expect(printed).toBe('Vulnerable packages among those that come with this one: 0\n');
  expect(code).toBe(0);
});

it('fails on a vulnerability in a dependency, however low', async () => {
  const advisory = {
    id: 1,
    url: 'https://example.com/advisory',
    title: 'A fault',
    severity: 'low',
    vulnerable_versions: '*',
  };
  const { printed, code } = await audit(200, { undici: [advisory] }, '--if-answered');
  expect(printed).toContain('undici (low): https://example.com/advisory');
  expect(code).toBe(1);
});

it('claims nothing where the registry does not answer', async () => {
  const { printed, code } = await audit(405, {});
  expect(printed).toContain('NOT AUDITED');
  expect(printed).toContain('405');
  expect(printed).not.toContain('Vulnerable packages');
  expect(code).toBe(1);
});

it('can be told to go on without an answer', async () => {
  const { printed, code } = await audit(405, {}, '--if-answered');
  expect(printed).toContain('NOT AUDITED');
  expect(code).toBe(0);
});
