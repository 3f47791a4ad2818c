/**
 * What {@link attachBetfairSession} uses of an axios instance, so that this package does without axios: that of
 * `axios.create()`, or the `axiosRef` of an `HttpService` of `@nestjs/axios`.
 */
export interface AxiosInstanceLike {
  readonly interceptors: {
    readonly request: {
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
  readonly defaults: object;
  getUri(config: Pick<AxiosRequestLike, 'url' | 'baseURL' | 'allowAbsoluteUrls'>): string;
  request(config: object): Promise<object>;
}

/** A request as axios hands it to an adapter: interceptors and `transformRequest` have run. */
export interface AxiosRequestLike {
  readonly url?: string;
  readonly baseURL?: string;
  readonly allowAbsoluteUrls?: boolean;
  readonly headers: AxiosHeadersLike;
  readonly data?: unknown;
  readonly signal?: unknown;
  readonly fetchOptions?: object;
}

/** The part of `AxiosHeaders` that is used; names in any case. */
export interface AxiosHeadersLike {
  get(name: string): unknown;
  /** Without `rewrite` a header that is there stays. */
  set(name: string, value: string, rewrite: boolean): unknown;
  /** A copy. */
  concat(): AxiosHeadersLike;
}
