/** What the replies of Express and Fastify share. */
export interface HttpReply {
  readonly headersSent?: boolean;
  /** Of Fastify. */
  readonly raw?: { readonly headersSent: boolean; end(): unknown };
  status(code: number): unknown;
  header(name: string, value: string): unknown;
  send(body: object): unknown;
  end?(): unknown;
}

/** What is used of Nest's HTTP adapter. */
export interface HttpReplies {
  isHeadersSent(response: HttpReply): boolean;
  setHeader(response: HttpReply, name: string, value: string): unknown;
  reply(response: HttpReply, body: object, status: number): unknown;
  end(response: HttpReply): unknown;
}

/** For a filter that was made by hand and knows no adapter. */
export const sharedReplies: HttpReplies = {
  isHeadersSent: (response) => response.raw?.headersSent ?? response.headersSent ?? false,
  setHeader: (response, name, value) => response.header(name, value),
  reply(response, body, status) {
    response.status(status);
    response.send(body);
  },
  end: (response) => response.raw?.end() ?? response.end?.(),
};
