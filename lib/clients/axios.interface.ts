/**
 * What {@link attachBetfairSession} uses of an axios instance, so that this package does without axios: that of
 * `axios.create()`, or the `axiosRef` of an `HttpService` of `@nestjs/axios`.
 */
export interface AxiosInstanceLike {
  /** What runs around every request. */
  readonly interceptors: {
    /** What runs before a request. */
    readonly request: {
      /** Adds an interceptor. */
      use(
        onFulfilled: <C extends object>(config: C) => C,
        onRejected: undefined,
        options: { synchronous: boolean },
      ): number;
    };
  };
  /** Always there, but older versions of axios do not say so in their types. */
  create?(): AxiosSenderLike;
}

/** An axios instance that sends what it is given. */
export interface AxiosSenderLike {
  /** Settings of requests that do not have them. */
  readonly defaults: object;
  /** Where a request goes. */
  getUri(config: Pick<AxiosRequestLike, 'url' | 'baseURL' | 'allowAbsoluteUrls'>): string;
  /** Makes a request. */
  request(config: object): Promise<object>;
}

/** A request as axios hands it to an adapter: interceptors and `transformRequest` have run. */
export interface AxiosRequestLike {
  /** A whole URL, or what is appended to {@link baseURL}. */
  readonly url?: string;
  /** What comes before {@link url}. */
  readonly baseURL?: string;
  /** Whether a whole {@link url} goes without {@link baseURL}. @default true */
  readonly allowAbsoluteUrls?: boolean;
  /** The headers. */
  readonly headers: AxiosHeadersLike;
  /** The body. */
  readonly data?: unknown;
  /** Cancels the request. */
  readonly signal?: unknown;
  /** Settings for the adapter that uses fetch. */
  readonly fetchOptions?: object;
}

/** The part of `AxiosHeaders` that is used; names in any case. */
export interface AxiosHeadersLike {
  /** The value of a header. */
  get(name: string): unknown;
  /** Without `rewrite` a header that is there stays. */
  set(name: string, value: string, rewrite: boolean): unknown;
  /** A copy. */
  concat(): AxiosHeadersLike;
}
