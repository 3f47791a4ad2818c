/** Name of the account that has none. */
export const DEFAULT_ACCOUNT = 'default';
