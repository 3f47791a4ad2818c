import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { DynamicModule } from '@nestjs/common';
import type { InstanceDecorator, Wrapper } from '../../proxies/wrappers.js';

/** The little of its types that is used here: it is installed beside this file only. */
interface Observe {
  readonly createObserveModule: () => {
    readonly ObserveModule: { forRoot(options: object): DynamicModule };
    readonly ObserveInstrument: { readonly instanceDecorator: InstanceDecorator };
  };
}

const PACKAGE: string = '@nestjs/observe';

/** The monitor, and what it told its collector, which is on this machine. */
export interface Monitor extends Required<Wrapper> {
  readonly telemetry: readonly string[];
  /** Waits until the collector was told this, for 10 s at most. */
  readonly told: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startMonitor(): Promise<Monitor> {
  const { createObserveModule }: Observe = await import(PACKAGE);
  const telemetry: string[] = [];
  const server = createServer(
    (request, response) => void collect(request, response, (text) => telemetry.push(text)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { ObserveInstrument, ObserveModule } = createObserveModule();
  const module = ObserveModule.forRoot({
    appKey: 'key-of-the-collector',
    appSecret: 'secret-of-the-collector',
    serviceId: 'test',
    endpoint: `http://127.0.0.1:${port}`,
    flushInterval: 200,
    // All that it can be told to send.
    forwardLogs: true,
    http: { capture: { slowerThanMs: 0, body: true } },
  });
  return {
    instanceDecorator: ObserveInstrument.instanceDecorator,
    change: (metadata) => ({ ...metadata, imports: [module, ...(metadata.imports ?? [])] }),
    telemetry,
    async told(text) {
      const end = performance.now() + 10_000;
      while (!telemetry.some((one) => one.includes(text))) {
        if (performance.now() > end) throw new Error(`The collector was never told "${text}".`);
        await new Promise((next) => setTimeout(next, 20));
      }
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function collect(
  request: IncomingMessage,
  response: ServerResponse,
  take: (text: string) => void,
): Promise<void> {
  const body = await buffer(request);
  const isZipped = request.headers['content-encoding'] === 'gzip';
  take(String(isZipped ? gunzipSync(body) : body));
  response.writeHead(202, { 'content-type': 'application/json' }).end('{}');
}
