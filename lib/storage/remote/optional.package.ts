import { MissingPackageError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { read, text } from '../../common/unknown-values.js';

/**
 * Explains why the `import()` of an optional package failed. The caller writes the `import()` with a literal name, and
 * awaits it inside `try`: only then does a bundler leave out a package that is not installed.
 */
export function importFailure(error: unknown, name: string, feature: string): unknown {
  if (!isMissing(error, name)) return error;
  return new MissingPackageError(name, feature, { cause: safeCause(error) });
}

/** Tells if the package itself is missing. An installed package that lacks a dependency is another fault. */
function isMissing(error: unknown, name: string): boolean {
  const code = text(error, 'code');
  // Yarn Plug'n'Play has the name beside the message.
  const absent =
    text(read(error, 'data'), 'dependencyName') ??
    /'([^']+)'/.exec(text(error, 'message') ?? '')?.[1];
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && absent === name;
}
