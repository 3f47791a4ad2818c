/**
 * Why a mutant survives: by file, with the line of code as it stands and what Stryker put in its place.
 *
 * @type {Record<string, { line: string, to: string[], why: string }[]>}
 */
export const survivors = {};
