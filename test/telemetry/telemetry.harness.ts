import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  type DataPoint,
  DataPointType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Collects when a test asks for it. */
class Reader extends MetricReader {
  protected override onForceFlush = async () => undefined;
  protected override onShutdown = async () => undefined;
}

/** One series of a metric, as it was collected. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly isGauge: boolean;
  readonly labels: Readonly<Record<string, unknown>>;
  /** Number of values of a histogram, or the value. */
  readonly value: number;
  /** Sum of a histogram. */
  readonly sum: number | undefined;
}

/** What an application has that starts the SDK of OpenTelemetry, with exporters in memory. */
export interface Sdk {
  readonly spans: () => readonly ReadableSpan[];
  readonly collect: () => Promise<readonly Series[]>;
  readonly stop: () => Promise<void>;
}

export function startSdk(): Sdk {
  const exporter = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const reader = new Reader();
  const meters = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  return {
    spans: () => exporter.getFinishedSpans(),
    async collect() {
      const { resourceMetrics, errors } = await reader.collect();
      expect(errors).toEqual([]);
      return resourceMetrics.scopeMetrics.flatMap((scope) =>
        scope.metrics.flatMap(({ descriptor: { name, unit }, dataPointType, dataPoints }) =>
          dataPoints.map((point: DataPoint<unknown>) => {
            const { attributes: labels, value } = point;
            return {
              name,
              unit,
              isGauge: dataPointType === DataPointType.GAUGE,
              labels,
              ...valueOf(value),
            };
          }),
        ),
      );
    },
    async stop() {
      context.disable();
      trace.disable();
      metrics.disable();
      await Promise.all([tracers.shutdown(), meters.shutdown()]);
    },
  };
}

function valueOf(value: unknown): Pick<Series, 'value' | 'sum'> {
  if (typeof value === 'number') return { value, sum: undefined };
  const { count, sum }: { count?: unknown; sum?: unknown } = Object(value);
  return { value: Number(count), sum: Number(sum) };
}

/** The values of a metric, by the labels that `by` names; those of the account `default` if it does not say. */
export function valuesOf(
  series: readonly Series[],
  name: string,
  ...by: readonly string[]
): Record<string, number> {
  return Object.fromEntries(
    series
      .filter((one) => one.name === name)
      .map(({ labels, value }) => [by.map((label) => String(labels[label])).join(' '), value]),
  );
}
