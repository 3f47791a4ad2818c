// The little of each client's types that is used here: the packages are installed beside this file only.

interface Posted extends Promise<unknown> {
  json(): Promise<unknown>;
}

export interface Poster {
  post(url: string, options: object): Posted;
}

export interface Wretch {
  options(options: object): Wretch;
  headers(headers: object): Wretch;
  post(body: object): { json(): Promise<unknown>; res(): Promise<unknown> };
}

export interface Superagent {
  post(url: string): Superagent;
  set(headers: object): Superagent;
  ca(ca: string): Superagent;
  send(body: object): PromiseLike<unknown>;
}

export interface Ofetch {
  (url: string, options: object): Promise<unknown>;
  raw(url: string, options: object): Promise<unknown>;
}

export interface Answer {
  readonly ok: boolean;
  json(): Promise<unknown>;
}

export interface Undici {
  fetch(url: string, options: object): Promise<Answer>;
  request(url: string, options: object): Promise<{ readonly body: Answer }>;
}

export interface OpenApi {
  POST(path: string, init: object): Promise<unknown>;
}

export interface Axios {
  post(url: string, body: object, config: object): Promise<{ readonly data: unknown }>;
}

export type NodeFetch = (url: string, options: object) => Promise<Answer>;

/** Loads a package where the compiler does not look for it. */
export async function load<T>(name: string): Promise<T> {
  const loaded: T = await import(name);
  return loaded;
}

/** The default export of a package. */
export async function byDefault<T>(name: string): Promise<T> {
  return (await load<{ default: T }>(name)).default;
}
