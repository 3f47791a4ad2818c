import type { ReadableByteStreamController } from 'node:stream/web';

/** Bytes of an answer that wait for their reader before the connection is told to pause. */
const BUFFERED = 65_536;

/** That of Node, also where a test puts another in its place. */
const inMicrotask = queueMicrotask;

/** The connection that fills an {@link AnswerBody}. */
export interface BodySource {
  resume(): void;
  cancel(reason: unknown): void;
}

/** Ends the answers that nobody can read any more, whose connections would be paused for good. */
const unread = new FinalizationRegistry((body: AnswerBody) => body.cancel(undefined));

/**
 * The body of one answer: filled by a connection, and handed on at the pace of its reader. It knows its stream only
 * while that is being read, so that a stream that is given up can be told by its collection.
 */
export class AnswerBody {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #end: { readonly error?: unknown } | undefined;
  /** Wakes who waits for more. */
  #wake: (() => void) | undefined;
  #waking = false;

  constructor(private readonly source: BodySource) {}

  /** Adds a piece; `false` where the connection should pause. */
  push(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    this.#news();
    return this.#size < BUFFERED;
  }

  /** Marks that all of it is there. */
  end(): void {
    this.#end ??= {};
    this.#news();
  }

  /** Marks that the rest of it will never come. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#news();
  }

  /** Gives up the rest. */
  cancel(reason: unknown): void {
    this.#chunks = [];
    this.#size = 0;
    if (this.#end !== undefined) return;
    this.#end = {};
    this.source.cancel(reason);
  }

  /** Whether the rest of it has arrived. */
  get whole(): boolean {
    return this.#end !== undefined && !('error' in this.#end);
  }

  /** Waits until more than `limit` bytes are there, or no more will come; tells whether that is the whole body. */
  async hold(limit: number): Promise<boolean> {
    while (this.#end === undefined && this.#size <= limit) await this.#more();
    return this.whole && this.#size <= limit;
  }

  /** What is there, without taking it. */
  peek(): Uint8Array {
    const [only = new Uint8Array(), ...more] = this.#chunks;
    if (more.length === 0) return only;
    const bytes = joined(this.#chunks, this.#size);
    this.#chunks = [bytes];
    return bytes;
  }

  /** Takes what is there. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = joined(this.#chunks, this.#size);
    this.#chunks = [];
    this.#size = 0;
    return bytes;
  }

  /** All of it, including what was held, as a byte stream. */
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
      // In one piece, however many arrived: each piece costs its reader a promise or two.
      controller.enqueue(this.take());
      return;
    }
    if (this.#end && 'error' in this.#end) {
      controller.error(this.#end.error);
      return;
    }
    controller.close();
    // A reader that brought a buffer of its own waits for it.
    controller.byobRequest?.respond(0);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.source.resume();
    });
  }

  /** In a microtask, since a connection hands over all that has arrived in one go. */
  #news(): void {
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

/** In memory of its own, which a stream may transfer; chunks are parts of larger blocks. */
function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
