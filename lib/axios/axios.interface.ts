/**
 * Members of an axios instance that {@link attachBetfairSession} uses, so that this package does not depend on axios.
 * The instance is that of `axios.create()`, or the `axiosRef` of an `HttpService` of `@nestjs/axios`.
 */
export interface AxiosInstanceLike {
  /** Functions that run before and after every request. */
  readonly interceptors: {
    /** Functions that run before a request. */
    readonly request: {
      /** Adds an interceptor. */
      use(
        onFulfilled: <C extends object>(config: C) => C,
        onRejected: (error: unknown) => never,
        options: { synchronous: boolean },
      ): number;
    };
    /** Functions that run after a request. */
    readonly response: {
      /** Adds an interceptor. */
      use(onFulfilled: undefined, onRejected: (error: unknown) => never): number;
    };
  };
  /** Makes another instance. Optional, because the types of older versions of axios leave it out. */
  create?(): AxiosSenderLike;
}

/** An axios instance that sends requests. */
export interface AxiosSenderLike {
  /** Makes a request. */
  request(config: object): Promise<object>;
}
