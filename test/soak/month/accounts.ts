/** Accounts that stay; {@link TENANT} comes and goes. */
export const STAYING = ['alice', 'bruno', 'carla'] as const;
export const TENANT = 'dora';

export const ACCOUNTS = [
  { username: 'alice', jurisdiction: 'global' },
  { username: 'bruno', jurisdiction: 'italy' },
  { username: 'carla', jurisdiction: 'spain' },
  { username: TENANT, jurisdiction: 'romania' },
] as const;
export const USERNAMES = ACCOUNTS.map(({ username }) => username);

/**
 * The accounts of each process. `carla` is in one only: without the store, two would each log in. The last process is the
 * home of those that come and go.
 */
export const PROCESSES = [['alice', 'bruno'], ['alice', 'bruno'], ['alice', 'carla'], []] as const;
export const HOME = PROCESSES.length - 1;

/** How an account is used, beside its credentials and its store. */
export function waysOf(username: string) {
  return {
    keepAlive: username === 'bruno',
    persistence: username === 'carla' ? 'best-effort' : 'required',
  } as const;
}
