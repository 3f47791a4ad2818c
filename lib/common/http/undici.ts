import type * as Undici from 'undici';
import { BetfairConfigurationError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { read } from '../unknown-values.js';

export type { buildConnector, Client, Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';

let loaded: typeof Undici | undefined;

/**
 * Loads undici without its side effect: it would set a dispatcher for the whole process if Node had not created the one
 * of its own `fetch` yet, which Node does when a class of `fetch` is first used.
 *
 * @throws BetfairConfigurationError undici cannot be loaded, or another version is found
 */
export async function loadUndici(): Promise<typeof Undici> {
  if (loaded) return loaded;
  if (typeof globalThis.Response !== 'function') throw new BetfairConfigurationError(NO_FETCH);
  // webpack would put it into a file of its own, which then has to be deployed too.
  const found = await import(/* webpackMode: "eager" */ 'undici').catch((error: unknown) => {
    throw new BetfairConfigurationError(NOT_LOADED, { cause: safeCause(error) });
  });
  // A bundle that is split into several files has everything in `default` only.
  const whole = [found, read(found, 'default')].find(isUndici);
  if (whole === undefined) throw new BetfairConfigurationError(TOO_OLD);
  return (loaded = whole);
}

/** Recognises the version that is needed by the latest of what it brought. */
function isUndici(value: unknown): value is typeof Undici {
  return read(value, 'cacheStores') !== undefined;
}

const NO_FETCH =
  'the global class Response of Node is missing. A test environment for browsers removes it: run these tests in the environment "node".';
const NOT_LOADED =
  'the package undici cannot be loaded, on which nestjs-betfair-session depends. Install the dependencies again; a bundle must contain it, or have it in node_modules.';
const TOO_OLD =
  'another version of the package undici is found than the one on which nestjs-betfair-session depends. See who brings it, with "npm ls undici", and install the dependencies again.';

/** Returns undici, which {@link loadUndici} has loaded. */
export function undici(): typeof Undici {
  if (!loaded) throw new Error('undici is used before it is loaded.');
  return loaded;
}

/** Receiver of the requests of a dispatcher. */
export interface RequestTarget {
  dispatch(
    options: Undici.Dispatcher.DispatchOptions,
    handler: Undici.Dispatcher.DispatchHandler,
  ): boolean;
  destroy(reason?: unknown): Promise<void>;
}

/** Creates a dispatcher of undici that hands requests to `target`. To close it fails those under way. */
export function dispatcherTo(target: RequestTarget): Undici.Dispatcher {
  const { Dispatcher } = undici();
  return new (class extends Dispatcher {
    override dispatch(...request: Parameters<RequestTarget['dispatch']>): boolean {
      return target.dispatch(...request);
    }

    override destroy(reason?: unknown): Promise<void> {
      return target.destroy(reason);
    }

    override close(): Promise<void> {
      return target.destroy();
    }
  })();
}
