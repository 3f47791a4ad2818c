import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { Controller, Get, Header, type MessageEvent, Res, Sse } from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';
import { LiveView } from './live-view.service.js';

const PAGE = readFileSync(new URL('page.html', import.meta.url), 'utf8');

/** The page's own script and style and nothing else; no other site may put the page, and its buttons, into a frame. */
const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf('script')}'`,
  `style-src '${hashOf('style')}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Milliseconds for the last messages to a client. */
const LAST_MESSAGES_MS = 1_000;

/** A page that shows how things stand, and what happens as it happens. */
@Controller()
export class PageController {
  constructor(private readonly view: LiveView) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', POLICY)
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Cache-Control', 'no-store')
  page(): string {
    return PAGE;
  }

  /** Nest unsubscribes when the client goes away, and asks proxies not to buffer. */
  @Sse('events')
  events(@Res({ passthrough: true }) response: ServerResponse): Observable<MessageEvent> {
    const { socket } = response;
    // It ends when the application shuts down, which would then wait until the idle connection times out.
    response.once('finish', () => socket?.destroySoon());
    return this.view.messages().pipe(
      finalize(() => {
        // The shutdown would wait for a client that does not read.
        setTimeout(() => socket?.destroy(), LAST_MESSAGES_MS).unref();
      }),
    );
  }
}

function hashOf(tag: 'script' | 'style'): string {
  const [, content = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(PAGE) ?? [];
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
