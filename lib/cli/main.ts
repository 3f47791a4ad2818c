#!/usr/bin/env node
import { runCommand } from './run-command.js';

// Goes on if a reader such as `head` closes the pipe early.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
// Not `process.exit()`, which would cut off text that a pipe has not taken yet.
process.exitCode = await runCommand(process.argv.slice(2));
