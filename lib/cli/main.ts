#!/usr/bin/env node
import { runCommand } from './run-command.js';
import { watchOutput } from './terminal/output.errors.js';

watchOutput();
const code = await runCommand(process.argv.slice(2));
// Not `process.exit()`, which would cut off text that a pipe has not taken yet.
process.exitCode ||= code;
