import type { ReadableByteStreamController } from 'node:stream/web';

/** Bytes that may wait for their reader before the connection must pause. */
const MAX_BUFFERED_BYTES = 65_536;

/** Node's own function, kept before fake timers of a test can replace it. */
const inMicrotask = queueMicrotask;

/** The connection that fills an {@link AnswerBody}. */
export interface BodySource {
  resume(): void;
  cancel(reason: unknown): void;
}

/** Cancels bodies whose streams were garbage-collected; their connections would stay paused. */
const unread = new FinalizationRegistry((body: AnswerBody) => body.cancel(undefined));

/**
 * Body of one answer. A connection fills it, and its reader sets the pace. It refers to its stream only during a read,
 * so that an abandoned stream can be garbage-collected.
 */
export class AnswerBody {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #end: { readonly error?: unknown } | undefined;
  /** Ends the wait for more bytes. */
  #wake: (() => void) | undefined;
  #waking = false;

  constructor(private readonly source: BodySource) {}

  /** Adds a chunk. Returns `false` if the connection should pause. */
  push(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    this.#notify();
    return this.#size < MAX_BUFFERED_BYTES;
  }

  /** Marks the body as complete. */
  end(): void {
    this.#end ??= {};
    this.#notify();
  }

  /** Marks the body as broken: the rest of it will never arrive. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#notify();
  }

  /** Discards what was not read, and stops the connection. */
  cancel(reason: unknown): void {
    this.#chunks = [];
    this.#size = 0;
    if (this.#end !== undefined) return;
    this.#end = {};
    this.source.cancel(reason);
  }

  /** Tells if the body has arrived to its end. */
  get whole(): boolean {
    return this.#end !== undefined && !('error' in this.#end);
  }

  /** Waits for the end or for more than `limit` bytes. Returns `true` if the whole body is within the limit. */
  async hold(limit: number): Promise<boolean> {
    while (this.#end === undefined && this.#size <= limit) await this.#more();
    return this.whole && this.#size <= limit;
  }

  /** Returns the bytes that wait, and keeps them. */
  peek(): Uint8Array {
    const [only = new Uint8Array(), ...more] = this.#chunks;
    if (more.length === 0) return only;
    const bytes = joined(this.#chunks, this.#size);
    this.#chunks = [bytes];
    return bytes;
  }

  /** Returns the bytes that wait, and removes them. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = joined(this.#chunks, this.#size);
    this.#chunks = [];
    this.#size = 0;
    return bytes;
  }

  /** Returns the body as a byte stream. */
  stream(): ReadableStream<Uint8Array> {
    const stream = new ReadableStream({
      type: 'bytes',
      pull: (controller: ReadableByteStreamController) => this.#pull(controller),
      cancel: (reason) => this.cancel(reason),
    });
    unread.register(stream, this);
    return stream;
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    while (this.#size === 0 && this.#end === undefined) await this.#more();
    if (this.#size > 0) {
      // All chunks in one, because each costs its reader a promise or two.
      controller.enqueue(this.take());
      return;
    }
    if (this.#end && 'error' in this.#end) {
      controller.error(this.#end.error);
      return;
    }
    controller.close();
    // A reader with its own buffer waits for this.
    controller.byobRequest?.respond(0);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.source.resume();
    });
  }

  /** Wakes the reader in a microtask, when the connection has added all chunks that arrived together. */
  #notify(): void {
    if (this.#wake === undefined || this.#waking) return;
    this.#waking = true;
    inMicrotask(() => {
      this.#waking = false;
      const wake = this.#wake;
      this.#wake = undefined;
      wake?.();
    });
  }
}

/** Copies chunks, which are parts of larger blocks, into memory that a stream may transfer. */
function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
