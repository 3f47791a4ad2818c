/**
 * The part of an axios instance that {@link attachBetfairSession} uses, so that this package does without axios: that of
 * `axios.create()`, or the `axiosRef` of an `HttpService` of `@nestjs/axios`.
 */
export interface AxiosInstanceLike {
  /** Functions that run around every request. */
  readonly interceptors: {
    /** Those that run before a request. */
    readonly request: {
      /** Adds an interceptor. */
      use(
        onFulfilled: <C extends object>(config: C) => C,
        onRejected: (error: unknown) => never,
        options: { synchronous: boolean },
      ): number;
    };
    /** Those that run after a request. */
    readonly response: {
      /** Adds an interceptor. */
      use(onFulfilled: undefined, onRejected: (error: unknown) => never): number;
    };
  };
  /** Always there, but older versions of axios do not say so in their types. */
  create?(): AxiosSenderLike;
}

/** An axios instance that sends what it is given. */
export interface AxiosSenderLike {
  /** Makes a request. */
  request(config: object): Promise<object>;
}
