import { methodPrefix, SERVICES, type ApiService } from './api.envelopes.js';

/** Caller of an operation. */
export interface AnswerContext {
  /** The account whose session the call carries. */
  readonly username: string;
}

/** Makes the result of an API operation. Throw a {@link SimulatedApiError} to refuse the call. */
export type AnswerHandler = (
  params: Readonly<Record<string, unknown>>,
  context: AnswerContext,
) => unknown;

/** The operations of each service. */
export type ServiceAnswers = Readonly<Record<ApiService, Readonly<Record<string, AnswerHandler>>>>;

export class AnswerTable {
  readonly #answers: ReadonlyMap<ApiService, Map<string, AnswerHandler>>;

  constructor(answers: ServiceAnswers) {
    this.#answers = new Map(
      SERVICES.map((service) => [service, new Map(Object.entries(answers[service]))]),
    );
  }

  get(service: ApiService, operation: string): AnswerHandler | undefined {
    return this.#answers.get(service)?.get(operation);
  }

  /**
   * Sets the answer of an operation of the service that its prefix names. Without a prefix, it is that of the service
   * with this operation; a new operation is added to all services.
   */
  set(method: string, handler: AnswerHandler): void {
    const operation = method.split('/').at(-1) ?? method;
    const named = SERVICES.filter((service) => method === methodPrefix(service) + operation);
    const having = SERVICES.filter((service) => this.get(service, operation));
    const [services = SERVICES] = [named, having].filter(({ length }) => length > 0);
    for (const service of services) this.#answers.get(service)?.set(operation, handler);
  }
}
