import { inspect } from 'node:util';
import { ConsoleLogger } from '@nestjs/common';

/** The part of a logger of Nest that is used. */
interface NestLogger {
  error(message: unknown, ...rest: unknown[]): void;
  log(message: unknown): void;
}

interface NestLoggers {
  readonly ConsoleLogger: new (options: { json?: boolean }) => NestLogger;
}

interface Pino {
  default(options: object, stream: { write(text: string): void }): NestLogger;
}

interface Winston {
  createLogger(options: object): NestLogger;
  readonly format: {
    combine(...formats: unknown[]): unknown;
    errors(options: object): unknown;
    json(): unknown;
  };
  readonly transports: { readonly Stream: new (options: object) => object };
}

/** Installed beside this file only, so the compiler must not look for them. */
const NAMES: Readonly<Record<'nest11' | 'pino' | 'winston', string>> = {
  nest11: 'nest11-common',
  pino: 'pino',
  winston: 'winston',
};

/** Everything that is shown of a value by whatever people print errors and answers with. */
export async function printed(value: unknown): Promise<readonly string[]> {
  const nest11: NestLoggers = await import(NAMES.nest11);
  const pino: Pino = await import(NAMES.pino);
  const winston: Winston = await import(NAMES.winston);
  const { format, transports } = winston;
  const { PassThrough } = await import('node:stream');
  const texts: string[] = [
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    inspect(value, { depth: Infinity }),
    String(value),
    json(value),
    String(Object(value).stack),
  ];
  for (const Logger of [ConsoleLogger, nest11.ConsoleLogger]) {
    for (const options of [{}, { json: true }]) {
      texts.push(
        written(() => {
          const logger = new Logger(options);
          logger.error(value);
          logger.error('It failed.', value);
          logger.log(value);
        }),
      );
    }
  }
  const lines: string[] = [];
  const pinoLogger = pino.default({}, { write: (text) => void lines.push(text) });
  pinoLogger.error(value);
  pinoLogger.error({ err: value, error: value }, 'It failed.');
  const stream = new PassThrough().setEncoding('utf8');
  stream.on('data', (text: string) => lines.push(text));
  const winstonLogger = winston.createLogger({
    format: format.combine(format.errors({ stack: true, cause: true }), format.json()),
    transports: [new transports.Stream({ stream })],
  });
  winstonLogger.error(value);
  winstonLogger.error('It failed.', { error: value });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return [...texts, ...lines];
}

/** As `JSON.stringify`, which a cycle ends, and as a writer that leaves cycles out. */
function json(value: unknown): string {
  const seen = new Set<unknown>();
  const acyclic = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    if (seen.has(part)) return undefined;
    seen.add(part);
    return part;
  });
  try {
    return `${JSON.stringify(value)}\n${acyclic}`;
  } catch {
    return acyclic;
  }
}

/** What `work` writes to the console of the process. */
function written(work: () => void): string {
  const texts: string[] = [];
  const streams = [process.stdout, process.stderr];
  const originals = streams.map((stream) => stream.write.bind(stream));
  for (const stream of streams) {
    stream.write = (text: string | Uint8Array) => {
      texts.push(String(text));
      return true;
    };
  }
  try {
    work();
  } finally {
    streams.forEach((stream, index) => {
      const original = originals[index];
      if (original) stream.write = original;
    });
  }
  return texts.join('');
}
