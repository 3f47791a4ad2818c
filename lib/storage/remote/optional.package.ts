import { MissingPackageError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { text } from '../../common/unknown-values.js';

/**
 * Imports an optional package. The caller writes the `import()` with a literal name, so that bundlers see it.
 *
 * @throws MissingPackageError it is not installed
 */
export async function importPackage<T>(
  name: string,
  feature: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new MissingPackageError(name, feature, { cause: safeCause(error) });
  }
}

/** Tells if the package itself is missing. An installed package that lacks a dependency is another fault. */
function isMissing(error: unknown, name: string): boolean {
  const code = text(error, 'code');
  const absent = /'([^']+)'/.exec(text(error, 'message') ?? '')?.[1];
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && absent === name;
}
