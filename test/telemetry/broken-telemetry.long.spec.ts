import { context, createNoopMeter, metrics, type Tracer, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { closeAccounts, createAccount } from '../support/account.js';

afterEach(async () => {
  await closeAccounts();
  context.disable();
  trace.disable();
  metrics.disable();
});

let thrown = 0;

beforeEach(() => {
  thrown = 0;
});

function fail(): never {
  thrown += 1;
  throw new Error('The telemetry is broken.');
}

/** Lives through a login, a keepAlive, a renewal for two callers, and the shutdown. */
async function live(): Promise<void> {
  const { simulator, start } = await createAccount();
  const { sessions, close } = await start();
  const session = await sessions.getSession();
  await sessions.keepAlive();
  simulator.endSessions();
  const renewed = await Promise.all([sessions.refresh(session), sessions.refresh(session)]);
  expect(renewed.map(({ generation }) => generation)).toEqual([2, 2]);
  expect(simulator.counts.logins).toBe(2);
  await close();
}

describe('a session is served as ever', () => {
  it('if no meter and no tracer can be had', async () => {
    metrics.setGlobalMeterProvider({ getMeter: fail });
    trace.setGlobalTracerProvider({ getTracer: fail });
    await live();
    expect(thrown).toBeGreaterThan(0);
  });

  it('if every instrument, every span and the context throw', async () => {
    const meter = Object.assign(createNoopMeter(), {
      createHistogram: () => ({ record: fail }),
      createCounter: () => ({ add: fail }),
      addBatchObservableCallback: fail,
      removeBatchObservableCallback: fail,
    });
    metrics.setGlobalMeterProvider({ getMeter: () => meter });
    const tracer: Tracer = { startSpan: fail, startActiveSpan: fail };
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    await live();
    expect(thrown).toBeGreaterThan(10);
  });

  it('if the span works and the context does not', async () => {
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    const manager = { active: fail, with: fail, bind: fail, enable: fail, disable: () => manager };
    context.setGlobalContextManager(manager);
    await live();
    expect(thrown).toBeGreaterThan(0);
  });

  it('if the exporter throws, or never answers', async () => {
    const exporter: SpanExporter = { export: fail, shutdown: async () => undefined };
    const hung: SpanExporter = { export: () => undefined, shutdown: async () => undefined };
    const spanProcessors = [exporter, hung].map((one) => new SimpleSpanProcessor(one));
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
    await live();
    expect(thrown).toBeGreaterThan(0);
  });
});
