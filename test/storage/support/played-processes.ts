import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { basename, isAbsolute } from 'node:path';

/**
 * What a process meets at a call of the file system: its end, a sleep until it is woken, an error, something that others
 * do before the call, or that the call is made twice, as network file systems do when an answer gets lost.
 */
export type Incident =
  'dies' | 'sleeps' | 'repeats' | { readonly fails: string } | (() => Promise<void>);

const NAMES = [
  'link',
  'mkdir',
  'open',
  'readFile',
  'readdir',
  'rename',
  'stat',
  'unlink',
  'writeFile',
] as const;
const current = new AsyncLocalStorage<PlayedProcess>();

/** One of several "processes" in this one: what it does, and what happens to it on the way. */
export class PlayedProcess {
  /** The calls so far, such as `rename tmp session.token`. */
  readonly calls: string[] = [];
  /** Resolves when it sleeps or has died. */
  readonly stopped: Promise<void>;
  #stop: () => void = () => undefined;
  #wake: () => void = () => undefined;

  /** @param incidents - By the number of the call; the first is 1. */
  constructor(private readonly incidents: (call: number, name: string) => Incident | undefined) {
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return current.run(this, work);
  }

  wake(): void {
    this.#wake();
  }

  /**
   * What happens before a call is made.
   *
   * @returns how often it is made
   */
  async meet(name: string, paths: readonly unknown[], onDeath?: () => unknown): Promise<1 | 2> {
    const kinds = paths.flatMap((path) => {
      return typeof path === 'string' && isAbsolute(path) ? [kindOf(path)] : [];
    });
    const call = [name, ...kinds].join(' ');
    const incident = this.incidents(this.calls.push(call), call);
    if (incident === undefined) return 1;
    if (incident === 'repeats') return 2;
    if (typeof incident === 'function') await current.exit(incident);
    else if (typeof incident === 'object') {
      throw Object.assign(new Error(`${incident.fails}: made up`), { code: incident.fails });
    } else {
      if (incident === 'dies') await onDeath?.();
      await new Promise<void>((resolve) => {
        if (incident === 'sleeps') this.#wake = resolve;
        this.#stop();
      });
    }
    return 1;
  }
}

/** `node:fs/promises`, with every call of a played process told to it first. */
export function playedFileSystem(): object {
  const played: Record<string, unknown> = { ...fs.promises };
  for (const name of NAMES) {
    played[name] = async (...parameters: unknown[]): Promise<unknown> => {
      const process = current.getStore();
      if (!process) return Reflect.apply(fs.promises[name], fs.promises, parameters);
      const times = await process.meet(name, parameters);
      if (times === 2) await Reflect.apply(fs.promises[name], fs.promises, parameters);
      const result: unknown = await Reflect.apply(fs.promises[name], fs.promises, parameters);
      if (name === 'open') playHandle(process, result, parameters[0]);
      return result;
    };
  }
  return played;
}

/** The open files of played processes, by descriptor. */
const openFiles = new Map<unknown, { readonly path: unknown; readonly close: () => unknown }>();

/** `node:fs`, with every call of a played process told to it first. */
export function playedCallbacks(): object {
  return { ...fs, default: fs, fsync };
}

function fsync(fd: number, callback: fs.NoParamCallback): void {
  const process = current.getStore();
  if (!process) return fs.fsync(fd, callback);
  const { path, close } = openFiles.get(fd) ?? {};
  process.meet('fsync', [path], close).then(() => fs.fsync(fd, callback), callback);
}

/** The calls through an open file. */
function playHandle(process: PlayedProcess, handle: unknown, path: unknown): void {
  if (typeof handle !== 'object' || handle === null) return;
  const methodOf = (name: string): unknown => Reflect.get(handle, name);
  const call = (method: unknown, parameters: readonly unknown[]): unknown => {
    return typeof method === 'function' ? Reflect.apply(method, handle, parameters) : undefined;
  };
  // The system closes what a dead process had open.
  const close = (): unknown => call(methodOf('close'), []);
  openFiles.set(methodOf('fd'), { path, close });
  for (const name of ['readFile', 'writeFile']) {
    const method = methodOf(name);
    Reflect.set(handle, name, async (...parameters: unknown[]): Promise<unknown> => {
      await process.meet(`handle.${name}`, [path], close);
      return call(method, parameters);
    });
  }
}

function kindOf(path: string): string {
  const name = basename(path);
  if (/^[0-9]+$/.test(name)) return 'record';
  if (name.endsWith('.versions')) return 'folder';
  return /^\.?(tmp|trash|probe)-/.exec(name)?.[1] ?? name;
}
