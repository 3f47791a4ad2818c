import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const oneCopy = { service: true, error: true, simulator: true, session: true };

/**
 * The applications: the folders that make each up, what is checked once, whether it has tests, and its programs (npm
 * scripts) with what the last line that each prints must say.
 */
export const consumers = [
  {
    name: 'nest11-cjs',
    folders: ['nest11-cjs'],
    builds: ['build', 'check:nodenext'],
    tests: 5,
    programs: {
      start: { first: ['Soccer', 'Horse Racing'], second: ['Soccer', 'Horse Racing'], generation: 2, logins: 2 },
    },
  },
  {
    name: 'nest12-esm',
    folders: ['nest12-esm'],
    builds: ['build'],
    tests: 3,
    programs: {
      start: { first: { status: 200, generation: 1 }, last: { status: 200, generation: 2 }, logins: 2 },
      'start:import-first': oneCopy,
      'start:require-first': oneCopy,
    },
  },
  {
    name: 'no-optional-peers',
    folders: ['no-optional-peers'],
    builds: ['build'],
    absent: ['@nestjs/config', '@nestjs/schedule', 'selfsigned'],
    programs: {
      start: { state: 'empty' },
      'start:simulator': {
        packageName: 'selfsigned',
        message: 'BetfairSimulator needs the package "selfsigned". Install it: npm i selfsigned',
      },
    },
  },
];
