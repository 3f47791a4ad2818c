#!/usr/bin/env node
import { runCommand } from './run-command.js';

// A reader that leaves early, such as `head`, is no reason to stop.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
// Not `process.exit()`: it would cut off what a pipe has not taken yet.
process.exitCode = await runCommand(process.argv.slice(2));
