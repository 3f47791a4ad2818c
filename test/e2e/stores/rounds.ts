/** How often a race for an object is repeated: the variable ROUNDS, or 20 times. */
export const ROUNDS = Number(process.env['ROUNDS'] ?? 20);
