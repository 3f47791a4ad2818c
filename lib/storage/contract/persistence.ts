/**
 * Choice for a store that fails after a login, or cannot be reached before one.
 *
 * - `'required'`: a session that cannot be stored is logged out, and without the store there is no login.
 * - `'best-effort'`: the session is served from memory and stored later.
 */
export type Persistence = 'required' | 'best-effort';
