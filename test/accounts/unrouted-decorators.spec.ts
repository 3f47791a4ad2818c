import {
  Controller,
  Get,
  Injectable,
  Module,
  type ModuleMetadata,
  Post,
  SetMetadata,
} from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { EventPattern, GrpcMethod, MessagePattern } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { BetfairSessionModule, SessionService, UseBetfairSession } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';

const NEVER = '0 0 1 1 *';

/** How `@nestjs/graphql` marks methods. */
const Query = () => SetMetadata('graphql:resolver_type', 'Query');
const Subscription = () => SetMetadata('graphql:resolver_type', 'Subscription');
const ResolveField = () => SetMetadata('graphql:resolve_property', true);
const ResolveReference = () => SetMetadata('graphql:resolve_reference', true);

let simulator: BetfairSimulator;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
});
afterAll(() => simulator.stop());

/** What an application warns of when it starts. */
async function warningsOf({ imports = [], ...metadata }: ModuleMetadata): Promise<string[]> {
  const logger = new RecordingLogger();
  const module = await Test.createTestingModule({
    ...metadata,
    imports: [BetfairSessionModule.forRoot(simulator.options()), ...imports],
  })
    .setLogger(logger)
    .compile();
  const app = module.createNestApplication();
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.init();
  await app.close();
  return logger.lines.flatMap(([level, text]) => (level === 'warn' ? [String(text)] : []));
}

/** Where it warns that the decorator has no effect. */
async function placesOf(metadata: ModuleMetadata): Promise<(string | undefined)[]> {
  const texts = await warningsOf(metadata);
  return texts.map((text) => /no effect on (\S+) unless/.exec(text)?.[1]);
}

describe('@UseBetfairSession() is without a warning on', () => {
  it('HTTP routes and message patterns of a controller', async () => {
    @Controller()
    class MarketsController {
      @Get() @UseBetfairSession() list() {}
      @UseBetfairSession() @Post() place() {}
      @MessagePattern('a') @UseBetfairSession() asked() {}
      @EventPattern('b') @UseBetfairSession() told(_data: unknown) {}
      @GrpcMethod('Markets', 'list') @UseBetfairSession() called() {}
    }
    expect(await placesOf({ controllers: [MarketsController] })).toEqual([]);
  });

  it('messages of a WebSocket gateway', async () => {
    @WebSocketGateway()
    class MarketsGateway {
      @SubscribeMessage('list') @UseBetfairSession() list() {}
    }
    expect(await placesOf({ providers: [MarketsGateway] })).toEqual([]);
  });

  it('operations of a GraphQL resolver', async () => {
    @Injectable()
    class MarketsResolver {
      @Query() @UseBetfairSession() list() {}
      @Subscription() @UseBetfairSession() prices() {}
    }
    expect(await placesOf({ providers: [MarketsResolver] })).toEqual([]);
  });

  it('a class with a routed method and methods of its own', async () => {
    @Controller()
    @UseBetfairSession()
    class MarketsController {
      @Get() list() {
        return this.own();
      }
      own() {}
      // Read by the application itself.
      @SetMetadata('cacheKey', 'books') books() {}
    }
    expect(await placesOf({ controllers: [MarketsController] })).toEqual([]);
  });
});

describe('@UseBetfairSession() warns at bootstrap on', () => {
  it('a method that nothing routes, and says why and what to do', async () => {
    @Injectable()
    class Bot {
      @UseBetfairSession() trade() {}
      rest() {}
    }
    expect(await warningsOf({ providers: [Bot] })).toEqual([
      "@UseBetfairSession() has no effect on Bot.trade unless a library that runs Nest's interceptors calls it: it is not an HTTP route, message pattern, WebSocket message or GraphQL operation. Methods called by your own code, scheduled jobs, event listeners, queue processors and CQRS handlers run without them: inject SessionService there and use call(), fetch() or run().",
    ]);
  });

  it('scheduled jobs, event listeners and handlers of other libraries', async () => {
    @Injectable()
    class Bot {
      @Cron(NEVER) @UseBetfairSession() daily() {}
      @UseBetfairSession() @Interval(1e9) often() {}
      @Timeout(1e9) @UseBetfairSession() late() {}
      @SetMetadata('EVENT_LISTENER_METADATA', {}) @UseBetfairSession() onEvent() {}
      @Cron(NEVER) fine() {}
    }
    @Injectable()
    class PlaceOrderHandler {
      @UseBetfairSession() execute() {}
    }
    expect(
      await placesOf({ providers: [Bot, PlaceOrderHandler], imports: [ScheduleModule.forRoot()] }),
    ).toEqual(['Bot.daily', 'Bot.often', 'Bot.late', 'Bot.onEvent', 'PlaceOrderHandler.execute']);
  });

  it('a method of a controller that is no route', async () => {
    @Controller()
    class MarketsController {
      @Get() list() {}
      @UseBetfairSession() other() {}
    }
    expect(await placesOf({ controllers: [MarketsController] })).toEqual([
      'MarketsController.other',
    ]);
  });

  it('routes of a class that is no controller, and messages of one that is no gateway', async () => {
    @Injectable()
    class Markets {
      @Get() @UseBetfairSession() list() {}
      @MessagePattern('a') @UseBetfairSession() asked() {}
      @SubscribeMessage('b') @UseBetfairSession() heard() {}
    }
    expect(await placesOf({ providers: [Markets] })).toEqual([
      'Markets.list',
      'Markets.asked',
      'Markets.heard',
    ]);
  });

  it('a class without any routed method, once', async () => {
    @Injectable()
    @UseBetfairSession()
    class Bot {
      trade() {}
      @Cron(NEVER) daily() {}
    }
    const texts = await warningsOf({ providers: [Bot] });
    expect(texts).toEqual([expect.stringContaining('no effect on Bot unless')]);
    expect(texts[0]).toContain('none of its methods is an HTTP route');
  });

  it('a scheduled method of a class that has routes', async () => {
    @Controller()
    @UseBetfairSession()
    class MarketsController {
      @Get() list() {}
      @Cron(NEVER) daily() {}
      own() {}
    }
    expect(await placesOf({ controllers: [MarketsController] })).toEqual([
      'MarketsController.daily',
    ]);
  });

  it.each([
    ['an event listener', SetMetadata('EVENT_LISTENER_METADATA', {})],
    ['a queue processor', SetMetadata('bull:module_queue_process', {})],
    ['a WebSocket message', SubscribeMessage('list')],
  ])('%s in a controller that has routes, also where its class is decorated', async (_, mark) => {
    @Controller()
    @UseBetfairSession()
    class MarketsController {
      @Get() list() {}
      @mark other() {}
    }
    expect(await placesOf({ controllers: [MarketsController] })).toEqual([
      'MarketsController.other',
    ]);
  });

  it('a method that carries the decorator itself, although only the application calls it', async () => {
    @Controller()
    class MarketsController {
      @Get() list() {}
      @SetMetadata('cacheKey', 'books') @UseBetfairSession() books() {}
    }
    expect(await placesOf({ controllers: [MarketsController] })).toEqual([
      'MarketsController.books',
    ]);
  });

  it('methods that a class has from its parent', async () => {
    class Base {
      @UseBetfairSession() inherited() {}
      @UseBetfairSession() replaced() {}
    }
    @Injectable()
    class Bot extends Base {
      override replaced() {}
    }
    expect(await placesOf({ providers: [Bot] })).toEqual(['Bot.inherited']);
  });

  it('providers that a factory makes', async () => {
    class Bot {
      @UseBetfairSession() trade() {}
    }
    expect(
      await placesOf({ providers: [{ provide: 'BOT', useFactory: () => new Bot() }] }),
    ).toEqual(['Bot.trade']);
  });

  it('a class that two modules provide, once', async () => {
    @Injectable()
    class Bot {
      @UseBetfairSession() trade() {}
    }
    @Module({ providers: [Bot] })
    class OtherModule {}
    expect(await placesOf({ providers: [Bot], imports: [OtherModule] })).toEqual(['Bot.trade']);
  });
});

describe('@UseBetfairSession() on field resolvers of GraphQL', () => {
  @Injectable()
  class MarketResolver {
    @ResolveField() @UseBetfairSession() book() {}
    @ResolveReference() @UseBetfairSession() reference() {}
  }

  const withGraphQL = (options: object) => ({
    providers: [MarketResolver, { provide: 'GqlModuleOptions', useValue: options }],
  });

  it.each([{}, { fieldResolverEnhancers: ['guards'] }])(
    'warns and names the option, with %j',
    async (options) => {
      const texts = await warningsOf(withGraphQL(options));
      expect(texts).toEqual([
        expect.stringContaining('no effect on MarketResolver.book unless'),
        expect.stringContaining('no effect on MarketResolver.reference unless'),
      ]);
      expect(texts[0]).toContain("fieldResolverEnhancers: ['interceptors']");
    },
  );

  it('warns once where its class is decorated, and lists them', async () => {
    @Injectable()
    @UseBetfairSession()
    class RunnerResolver {
      @Query() list() {}
      @ResolveField() name() {}
      @ResolveField() prices() {}
      @ResolveReference() @UseBetfairSession() reference() {}
      own() {}
    }
    const texts = await warningsOf({ providers: [RunnerResolver] });
    expect(texts).toEqual([
      expect.stringContaining(
        'no effect on RunnerResolver.name, RunnerResolver.prices, RunnerResolver.reference unless',
      ),
    ]);
    expect(texts[0]).toContain('these are field resolvers of GraphQL');
  });

  it('does not warn where the option is set', async () => {
    const options = { fieldResolverEnhancers: ['guards', 'interceptors'] };
    expect(await placesOf(withGraphQL(options))).toEqual([]);
  });
});

it('@UseBetfairSession() works on a method that a library runs through Nest, as the warning says', async () => {
  @Injectable()
  class Consumer {
    @UseBetfairSession() consume() {
      return 'consumed';
    }
  }
  const module = await Test.createTestingModule({
    imports: [BetfairSessionModule.forRoot(simulator.options())],
    providers: [Consumer],
  })
    .setLogger(new RecordingLogger())
    .compile();
  await module.init();
  const consumer = module.get(Consumer);
  const creator = module.get(ExternalContextCreator, { strict: false });
  const method = Reflect.get(Consumer.prototype, 'consume');
  const unset = [undefined, undefined, undefined, undefined, undefined] as const;
  const run = creator.create(consumer, method, 'consume', ...unset, 'rmq');
  expect(await run()).toBe('consumed');
  expect(module.get(SessionService).status.state).toBe('ready');
  await module.close();
});

it('the check gets along with providers of any value', async () => {
  const values: unknown[] = [Object.create(null), null, undefined, 1, 'text', () => 1];
  const providers = values.map((useValue, index) => ({ provide: `VALUE ${index}`, useValue }));
  expect(await placesOf({ providers })).toEqual([]);
});
