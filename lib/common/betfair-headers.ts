/** Request header with the session token. */
export const TOKEN_HEADER = 'X-Authentication';

/** Request header with the application key. */
export const APPLICATION_KEY_HEADER = 'X-Application';
