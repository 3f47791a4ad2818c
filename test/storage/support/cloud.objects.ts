import type { StoredValue } from 'nestjs-betfair-session';

export type CloudOperation = 'read' | 'write' | 'delete';

/**
 * What a request meets: an error of the SDK, silence, an answer that gets lost after the request has taken effect, or one
 * without anything in it.
 */
export type CloudFault = Error | 'hang' | 'lose' | 'bare';

export interface CloudRequest {
  readonly operation: CloudOperation;
  readonly name: string;
  /** Milliseconds on the clock of the process. */
  readonly at: number;
  readonly signal: AbortSignal | undefined;
  /** What else the SDK was given. */
  readonly options: unknown;
}

/** The objects of a service with conditional requests, and the faults on the way to it. */
export class CloudObjects {
  readonly requests: CloudRequest[] = [];
  readonly #objects = new Map<string, StoredValue>();
  #writes = 0;
  #next: CloudFault[] = [];
  #always: CloudFault | undefined;
  /** The operation that {@link always} is limited to. */
  #alwaysOf: CloudOperation | undefined;

  next(...faults: CloudFault[]): void {
    this.#next = faults;
  }

  always(fault: CloudFault | undefined, operation?: CloudOperation): void {
    this.#always = fault;
    this.#alwaysOf = operation;
  }

  /** Answers a request by `work`; with nothing where the answer is bare. */
  async answer<T>(
    operation: CloudOperation,
    name: string,
    { signal, options }: { signal?: AbortSignal | undefined; options: unknown },
    work: () => T,
  ): Promise<T | undefined> {
    this.requests.push({ operation, name, at: performance.now(), signal, options });
    const isMeant = this.#alwaysOf === undefined || this.#alwaysOf === operation;
    const fault = this.#next.shift() ?? (isMeant ? this.#always : undefined);
    if (fault === 'hang') return new Promise<never>(() => undefined);
    if (fault instanceof Error) throw fault;
    const answer = work();
    if (fault === 'lose') throw sdkError('read ECONNRESET', { code: 'ECONNRESET' });
    return fault === 'bare' ? undefined : answer;
  }

  get(name: string): StoredValue | undefined {
    return this.#objects.get(name);
  }

  put(name: string, value: string): string {
    const version = String((this.#writes += 1));
    this.#objects.set(name, { value, version });
    return version;
  }

  remove(name: string): void {
    this.#objects.delete(name);
  }
}

/** An error as SDKs throw them, with what must not be shown hung on it. */
export function sdkError(message: string, properties: object): Error {
  const request = { headers: { authorization: 'CANARY-credential' }, body: 'CANARY-token' };
  return Object.assign(new Error(`${message} CANARY-reply`), { request }, properties);
}

/** The bytes in two pieces, cut anywhere. */
export function pieces(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  const middle = bytes.length >> 1;
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}

/** What arrives of a text when so many bytes are announced. */
export function received(value: string, bytes: number): string {
  return Buffer.from(value).subarray(0, bytes).toString();
}
