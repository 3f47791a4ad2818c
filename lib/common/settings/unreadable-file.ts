import { BetfairConfigurationError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { adviseOnStray } from './clean-text.js';
import { quotedPath } from './path-text.js';
import { read } from '../unknown-values.js';

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file; a relative path counts from the working directory.',
  EACCES: 'Give the user of this process the permission to read it.',
  EPERM: 'Give the user of this process the permission to read it.',
  EISDIR:
    'It is a directory. Name the file in it. Docker creates a directory if the source of a mount is missing.',
};

/** Explains why a file could not be read. `name` is the setting that holds its path. */
export function unreadableFile(
  name: string,
  file: string,
  error: unknown,
): BetfairConfigurationError {
  // Without the message, which quotes the path even if it may be a secret.
  const cause = safeCause({ name: 'Error', code: read(error, 'code') });
  const advice =
    adviseOnStray('The path', file) ??
    ADVICE[cause.message] ??
    'Check the path and its permissions.';
  return new BetfairConfigurationError(
    `${name}: the file ${quotedPath(file)} cannot be read (${cause.message}). ${advice}`,
    { cause },
  );
}
