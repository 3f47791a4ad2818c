import type * as Api from '@opentelemetry/api';
import { ERROR_TYPE, OUTCOME, SCOPE } from './attributes.js';
import { quietly } from './quietly.js';

export const RENEWAL_SPAN = 'betfair.session.renew';

/** Span of the renewal in progress; there is at most one. It is part of the trace of the call that started it. */
export class RenewalSpan {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;
  readonly #attributes: Api.Attributes;
  #span: Api.Span | undefined;
  /** Spans that belong to the renewal in progress already. The SDK drops the application's own links for a surplus. */
  #related = new WeakSet<Api.Span>();

  /** @internal */
  constructor(api: typeof Api, attributes: Api.Attributes) {
    this.#api = api;
    this.#tracer = api.trace.getTracer(SCOPE);
    this.#attributes = attributes;
  }

  /** Runs a renewal in a span of its own, so that its requests are parts of it. */
  run<T>(renew: () => Promise<T>): Promise<T> {
    const { context, trace } = this.#api;
    let running: Promise<T> | undefined;
    quietly(() => {
      const span = this.#tracer.startSpan(RENEWAL_SPAN, { attributes: this.#attributes });
      this.#span = span;
      this.#related = new WeakSet();
      const parent = trace.getActiveSpan();
      if (parent) this.#related.add(parent);
      context.with(trace.setSpan(context.active(), span), () => {
        running = renew();
      });
    });
    return running ?? renew();
  }

  /** @param code - code of the error, if the renewal failed */
  end(outcome: string, code: string | undefined): void {
    const span = this.#span;
    this.#span = undefined;
    if (span === undefined) return;
    quietly(() => {
      span.setAttribute(OUTCOME, outcome);
      if (code === undefined) return;
      span.setAttribute(ERROR_TYPE, code);
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: code });
    });
    quietly(() => span.end());
  }

  /** Links the active span to the renewal in progress, for which its caller waits. */
  link(): void {
    const span = this.#span;
    if (span === undefined) return;
    quietly(() => {
      const waiting = this.#api.trace.getActiveSpan();
      if (waiting === undefined || this.#related.has(waiting)) return;
      this.#related.add(waiting);
      waiting.addLink({ context: span.spanContext() });
    });
  }
}
