import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK } from '@opentelemetry/sdk-node';

// Variables say where to and how: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_METRICS_EXPORTER …
new NodeSDK({ instrumentations: [new UndiciInstrumentation()] }).start();
