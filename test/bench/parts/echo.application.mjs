// A Nest application whose notes echo what a request says, behind `@UseBetfairSession()`, and whose markets call Betfair.
import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import {
  BetfairSessionModule,
  CurrentSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';

class NotesController {
  find(id) {
    throw new NotFoundException(id);
  }
}
decorate(NotesController, 'find', Get(':id'));
Param('id')(NotesController.prototype, 'find', 0);
// Taken, so that what only looks like a refusal is looked into.
CurrentSession()(NotesController.prototype, 'find', 1);
for (const decorator of [Controller('notes'), UseBetfairSession()]) decorator(NotesController);

let sessions;

class MarketsController {
  list() {
    return sessions.call('SportsAPING/v1.0/listEventTypes', { filter: {} });
  }
}
decorate(MarketsController, 'list', Get());
for (const decorator of [Controller('markets'), UseBetfairSession()]) decorator(MarketsController);

function decorate({ prototype }, method, decorator) {
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));
}

function AppModule() {}

export async function start({ options }) {
  const application = await NestFactory.create(
    {
      module: AppModule,
      imports: [BetfairSessionModule.forRoot(options)],
      controllers: [NotesController, MarketsController],
    },
    new ExpressAdapter(),
    { logger: false },
  );
  sessions = application.get(SessionService);
  await application.listen(0, '127.0.0.1');
  return { url: await application.getUrl() };
}

export function answer() {
  return sessions.status.state;
}
