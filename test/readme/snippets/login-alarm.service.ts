import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { BetfairLoginRejectedError, SessionService } from 'nestjs-betfair-session';

@Injectable()
export class LoginAlarmService implements OnModuleInit {
  readonly #logger = new Logger(LoginAlarmService.name);

  constructor(private readonly betfair: SessionService) {}

  onModuleInit(): void {
    this.betfair.events$.subscribe((event) => {
      if (event.type !== 'loginBlocked') return;
      const { error } = event;
      if (error instanceof BetfairLoginRejectedError)
        this.wake(`${error.loginCode}: ${error.action}`);
    });
  }

  /** Your pager, mail or chat. */
  wake(reason: string): void {
    this.#logger.fatal(reason);
  }
}
