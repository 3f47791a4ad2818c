/** Members that the replies of Express and Fastify share. */
export interface HttpReply {
  readonly headersSent?: boolean;
  /** Node's response, in a reply of Fastify. */
  readonly raw?: { readonly headersSent: boolean; end(): unknown };
  status(code: number): unknown;
  header(name: string, value: string): unknown;
  send(body: object): unknown;
  end?(): unknown;
}

/** Used part of Nest's HTTP adapter. */
export interface HttpReplies {
  isHeadersSent(response: HttpReply): boolean;
  setHeader(response: HttpReply, name: string, value: string): unknown;
  reply(response: HttpReply, body: object, status: number): unknown;
  end(response: HttpReply): unknown;
}

/** Replaces the adapter in a filter that the application created without one. */
export const sharedReplies: HttpReplies = {
  isHeadersSent: (response) => response.raw?.headersSent ?? response.headersSent ?? false,
  setHeader: (response, name, value) => response.header(name, value),
  reply(response, body, status) {
    response.status(status);
    response.send(body);
  },
  end: (response) => response.raw?.end() ?? response.end?.(),
};
