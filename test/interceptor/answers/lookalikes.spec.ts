import {
  Body,
  Catch,
  Controller,
  Get,
  HttpException,
  NotFoundException,
  Param,
  Post,
  UseFilters,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { type BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';
import { from, map, of } from 'rxjs';
import { INVALID, refused } from '../../calls/rejections.fixture.js';
import { closeServed, type HttpApplication, serve } from '../../support/http-application.js';
import { type Around, interceptor } from '../support/between.js';
import { serveHandler } from '../support/one-handler.js';
import { endAndRefuse } from '../support/refused-session.js';
import { expectUnharmed } from '../support/unharmed.js';

afterEach(closeServed);

const POSTED = { jsonrpc: '2.0', error: { message: 'ANGX-0003' } };

/** Answers as Nest does. */
@Catch(HttpException)
class HttpAnswers extends BaseExceptionFilter {}

@Controller()
@UseFilters(HttpAnswers)
@UseBetfairSession({ retry: 'once' })
class NotesController {
  @Get('untaken/notes/:id') find(@Param('id') id: string) {
    throw new NotFoundException(id);
  }

  @Get('taken/notes/:id') findWith(
    @Param('id') id: string,
    @CurrentSession() _session: BetfairSession,
  ) {
    throw new NotFoundException(id);
  }

  @Post('untaken/echo') echo(@Body() body: unknown) {
    return body;
  }

  @Post('taken/echo') echoWith(@Body() body: unknown, @CurrentSession() _session: BetfairSession) {
    return body;
  }
}

/** Answers with a refusal that a cache keeps, in the place of the handler. */
function cached(around: Around) {
  @Controller()
  @UseBetfairSession()
  class CachedController {
    @Get()
    @interceptor(around)
    find() {
      return 'never';
    }
  }
  return CachedController;
}

/** Sends five requests one after the other, and gives what each was answered. */
async function fiveTimes({ get }: HttpApplication, path: string, init?: RequestInit) {
  const answers: unknown[] = [];
  for (let request = 0; request < 5; request += 1) {
    const response = await get(path, init);
    answers.push({ status: response.status, body: await response.json() });
  }
  return answers;
}

const five = (answer: object) => Array.from({ length: 5 }, () => answer);

describe.each([
  ['a handler that took a session', 'taken'],
  ['a handler that took none', 'untaken'],
])('%s and ends with user input that looks like a refusal', (_, path) => {
  it('passes an error on unchanged, and keeps the session', async () => {
    const application = await serve(() => ({ controllers: [NotesController] }));
    const body = { statusCode: 404, message: INVALID, error: 'Not Found' };
    const answers = await fiveTimes(application, `/${path}/notes/${INVALID}`);
    expect(answers).toEqual(five({ status: 404, body }));
    expectUnharmed(application, path === 'taken');
  });

  it('passes an answer on unchanged, and keeps the session', async () => {
    const application = await serve(() => ({ controllers: [NotesController] }));
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(POSTED) };
    const answers = await fiveTimes(application, `/${path}/echo`, init);
    expect(answers).toEqual(five({ status: 201, body: POSTED }));
    expectUnharmed(application, path === 'taken');
  });
});

describe('a refusal from a cache between decorator and handler', () => {
  it.each<[string, Around, boolean]>([
    ['that took no session', () => of(refused), false],
    [
      'that took a session',
      (_next, sessions) => from(sessions.getSession()).pipe(map(() => refused)),
      true,
    ],
  ])('%s is passed on unchanged, and the session is kept', async (_, around, wasTaken) => {
    const application = await serve(() => ({ controllers: [cached(around)] }));
    const answers = await fiveTimes(application, '/');
    expect(answers).toEqual(five({ status: 200, body: refused }));
    expectUnharmed(application, wasTaken);
  });

  it('that kept the refusal of the first run costs one session, and no more', async () => {
    let kept: unknown;
    const application = await serveHandler((_session, betting) => endAndRefuse(betting), {
      onClass: [
        UseBetfairSession(),
        interceptor((next) =>
          kept === undefined
            ? next.handle().pipe(map((answer: unknown) => (kept = answer)))
            : of(kept),
        ),
      ],
    });
    const answers = await fiveTimes(application, '/');
    expect(answers).toEqual(five({ status: 200, body: refused }));
    expect(application.generations).toEqual([1]);
    expect(application.simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
    expect(application.sessions().status.state).toBe('ready');
  });
});
