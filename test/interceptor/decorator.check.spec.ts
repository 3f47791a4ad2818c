import { Controller, Get, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { BetfairSessionModule, UseBetfairSession } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';
import { closeServed, serve } from '../support/http-application.js';

afterEach(closeServed);

function warningsOf({ lines }: RecordingLogger): string[] {
  return lines.flatMap(([level, text]) => (level === 'warn' ? [String(text)] : []));
}

/** Compiles an application that has one account, with a name. */
function compileNamed(
  name: string,
  simulator: BetfairSimulator,
  controller: Type,
  logger = new RecordingLogger(),
): Promise<TestingModule> {
  const options = { ...simulator.options(), name };
  return Test.createTestingModule({
    imports: [BetfairSessionModule.forRoot(options)],
    controllers: [controller],
  })
    .setLogger(logger)
    .compile();
}

describe('@UseBetfairSession() for an account that is not registered', () => {
  it('on a method fails at bootstrap and lists those that are', async () => {
    await using simulator = await BetfairSimulator.start({ accounts: [{}, {}] });
    const { username } = simulator.account();
    @Controller()
    class MarketsController {
      @Get()
      @UseBetfairSession({ name: 'thrid' })
      list() {
        return [];
      }
    }
    @Module({
      imports: [
        BetfairSessionModule.forRoot(simulator.options(username)),
        BetfairSessionModule.forRoot({ ...simulator.options(`${username} 2`), name: 'third' }),
      ],
      controllers: [MarketsController],
    })
    class AppModule {}
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(new RecordingLogger())
      .compile();
    await expect(module.init()).rejects.toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringMatching(
        /MarketsController\.list asks for the Betfair account "thrid".*Registered accounts: default, third\./,
      ),
    });
    expect(simulator.requests).toEqual([]);
    await module.close().catch(() => undefined);
  });

  it('is none where the class names the account and the method only its retry', async () => {
    await using simulator = await BetfairSimulator.start();
    @Controller()
    @UseBetfairSession({ name: 'italy' })
    class MarketsController {
      @Get()
      @UseBetfairSession({ retry: 'never' })
      list() {
        return [];
      }
    }
    const logger = new RecordingLogger();
    const module = await compileNamed('italy', simulator, MarketsController, logger);
    await module.init();
    expect(warningsOf(logger)).toEqual([]);
    await module.close();
  });

  it('is found on a class whose other methods name theirs', async () => {
    await using simulator = await BetfairSimulator.start();
    @Controller()
    @UseBetfairSession()
    class MarketsController {
      @Get('italy')
      @UseBetfairSession({ name: 'italy' })
      italian() {
        return [];
      }

      @Get()
      list() {
        return [];
      }
    }
    const module = await compileNamed('italy', simulator, MarketsController);
    await expect(module.init()).rejects.toThrow(
      'MarketsController.list asks for the Betfair account "default"',
    );
    await module.close().catch(() => undefined);
  });

  it('on a class fails at bootstrap', async () => {
    @Controller()
    @UseBetfairSession({ name: 'second' })
    class MarketsController {
      @Get() list() {
        return [];
      }
    }
    await expect(serve(() => ({ controllers: [MarketsController] }))).rejects.toThrow(
      '@UseBetfairSession() on MarketsController asks for the Betfair account "second", which is not registered. Registered accounts: default.',
    );
  });

  it('fails also for the default account, where all have names', async () => {
    await using simulator = await BetfairSimulator.start();
    @Controller()
    @UseBetfairSession()
    class MarketsController {}
    const module = await compileNamed('named', simulator, MarketsController);
    await expect(module.init()).rejects.toThrow('Registered accounts: named.');
    await module.close().catch(() => undefined);
  });

  it('is left to the call where a function names the account', async () => {
    @Controller()
    @UseBetfairSession({ name: () => 'second' })
    class MarketsController {
      @Get() list() {
        return [];
      }
    }
    const { logger } = await serve(() => ({ controllers: [MarketsController] }));
    expect(warningsOf(logger)).toEqual([]);
  });
});

describe('@UseBetfairSession() without BetfairSessionModule', () => {
  it('says what to import', async () => {
    @Controller()
    @UseBetfairSession()
    class MarketsController {
      @Get() list() {
        return [];
      }
    }
    const compiled = Test.createTestingModule({ controllers: [MarketsController] })
      .setLogger(new RecordingLogger())
      .compile();
    await expect(compiled).rejects.toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringContaining('Add BetfairSessionModule.forRootAsync'),
    });
  });

  it('in a module that does not import it works where another one does', async () => {
    @Controller()
    @UseBetfairSession()
    class MarketsController {
      @Get() list() {
        return 'done';
      }
    }
    @Module({ controllers: [MarketsController] })
    class MarketsModule {}
    const { get } = await serve(() => ({ imports: [MarketsModule] }));
    expect(await (await get('/')).text()).toBe('done');
  });
});
