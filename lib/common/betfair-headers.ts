/** Request header with the session token, in small letters, as `Headers` and Node have it. */
export const TOKEN_HEADER = 'x-authentication';

/** Request header with the application key, in small letters. */
export const APPLICATION_KEY_HEADER = 'x-application';
