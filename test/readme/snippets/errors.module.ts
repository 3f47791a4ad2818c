import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BetfairSessionExceptionFilter } from 'nestjs-betfair-session';

@Module({ providers: [{ provide: APP_FILTER, useClass: BetfairSessionExceptionFilter }] })
export class ErrorsModule {}
