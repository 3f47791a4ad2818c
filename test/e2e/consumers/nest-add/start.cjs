// Starts what `nest add` made of the starter, without an account: it must say which variables are missing.
require('reflect-metadata');
const { existsSync } = require('node:fs');
const { NestFactory } = require('@nestjs/core');
const { AppModule } = require('./app/dist/app.module.js');

NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false }).catch(
  ({ code, message }) => {
    const names = message.match(/BETFAIR_[A-Z_]+/g).slice(0, 3);
    console.log(JSON.stringify({ code, names, example: existsSync('app/.env.example') }));
  },
);
