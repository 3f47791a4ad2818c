/** A whole HTTP answer of the simulator. */
export interface SimulatorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export function json(value: unknown, status = 200): SimulatorReply {
  return jsonText(JSON.stringify(value), status);
}

/** Makes an answer of JSON text. */
export function jsonText(body: string, status = 200): SimulatorReply {
  return { status, headers: { 'content-type': 'application/json' }, body };
}

/** Makes an answer in HTML, like the servers in front of Betfair. */
export function html(status: number, title: string, text = title): SimulatorReply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${text}</h1></body></html>\n`,
  };
}

/** Makes a page of the content delivery network: blocked addresses (403), outages (5xx), blocked countries (3xx). */
export function cloudflare(status: number): SimulatorReply {
  const page = html(status, 'Attention Required! | Cloudflare', `Error ${status}`);
  const location = status >= 300 && status < 400 ? { location: REDIRECT_TARGET } : {};
  return { ...page, headers: { ...page.headers, server: 'cloudflare', ...location } };
}

// A name that never resolves: a client that follows the redirect fails, and sends nothing to another machine.
const REDIRECT_TARGET = 'https://country-blocked.invalid/';

/** The answer of keepAlive to a request that does not ask for JSON. */
export function image(): SimulatorReply {
  return { status: 200, headers: { 'content-type': 'image/gif' }, body: PIXEL };
}

const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
