import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Body, Controller, Post, Req, UploadedFile, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { type BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';
import { refused } from '../calls/rejections.fixture.js';
import { type Betting, closeServed, serve } from '../support/http-application.js';
import { endAndRefuse } from './support/refused-session.js';

afterEach(closeServed);

/** Serves handlers that may run again and are refused in the first run, after the body of the request was read. */
async function serveBodies() {
  const bodies: unknown[] = [];

  function end(betting: Betting, body: unknown): string {
    bodies.push(body);
    if (bodies.length === 1) throw endAndRefuse(betting);
    return 'done';
  }

  const application = await serve((betting) => {
    @Controller()
    @UseBetfairSession({ retry: 'once' })
    class BodyController {
      @Post('upload')
      @UseInterceptors(FileInterceptor('file'))
      upload(@CurrentSession() _session: BetfairSession, @UploadedFile() file: { size: number }) {
        return end(betting, { size: file.size });
      }

      @Post('stream')
      async stream(@CurrentSession() _session: BetfairSession, @Req() request: IncomingMessage) {
        return end(betting, await text(request));
      }

      @Post('parsed')
      parsed(@CurrentSession() _session: BetfairSession, @Body() body: unknown) {
        return end(betting, body);
      }
    }
    return { controllers: [BodyController] };
  });
  return { ...application, bodies };
}

function upload(): FormData {
  const form = new FormData();
  form.append('file', new Blob(['1.2,1.3']), 'markets.csv');
  return form;
}

describe("a handler with retry: 'once' that is refused for its session", () => {
  it.each([
    ['the file of a multipart upload', 'upload', { body: upload() }, { size: 7 }],
    [
      'the stream of the request',
      'stream',
      { body: '1.2,1.3', headers: { 'content-type': 'text/csv' } },
      '1.2,1.3',
    ],
  ])(
    'passes the refusal on after its run read %s, which cannot be read again',
    async (_, path, init, body) => {
      const { get, simulator, sessions, errors, bodies } = await serveBodies();
      expect((await get(`/${path}`, { method: 'POST', ...init })).status).toBe(500);
      expect(errors).toEqual([refused]);
      expect(bodies).toEqual([body]);
      // The session is replaced for the next request.
      expect(sessions().current?.generation).toBe(2);
      expect(simulator.counts.logins).toBe(2);
    },
  );

  it('runs again with a body that was read before the run', async () => {
    const { get, errors, bodies } = await serveBodies();
    const body = { markets: ['1.2'] };
    const headers = { 'content-type': 'application/json' };
    const response = await get('/parsed', { method: 'POST', headers, body: JSON.stringify(body) });
    expect(await response.text()).toBe('done');
    expect(errors).toEqual([]);
    expect(bodies).toEqual([body, body]);
  });
});
