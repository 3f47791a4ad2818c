// The keepAlive of a Betfair that binds each session to the address that logged in: each process has one of its own.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Starts that many processes, of which each is told that the sessions of the others are gone. */
export async function bootBound(fleet, size) {
  const certificates = join(fleet.build, 'testing/simulator/http/certificates.js');
  const { serverCertificate } = await import(pathToFileURL(certificates).href);
  const members = new Map();
  const server = createServer(await serverCertificate(), (request, response) => {
    const token = request.headers['x-authentication'];
    const isAlive = members.get(request.url)?.tokens.has(token);
    const status = isAlive
      ? { status: 'SUCCESS', error: '' }
      : { status: 'FAIL', error: 'NO_SESSION' };
    response.setHeader('content-type', 'application/json');
    request
      .resume()
      .on('end', () => response.end(JSON.stringify({ token, product: '', ...status })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { endpoints } = fleet.simulator.options();
  await Promise.all(
    Array.from({ length: size }, async (_, index) => {
      const keepAlive = `https://127.0.0.1:${server.address().port}/${index}`;
      const [member] = await fleet.boot(1, { endpoints: { ...endpoints, keepAlive } });
      members.set(`/${index}`, member);
    }),
  );
  return {
    members: [...members.values()],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
