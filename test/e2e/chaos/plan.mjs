// What happens in a round, and when. It depends on the seed alone, so that a round can be repeated.
import { LEASE } from '../fleet/scenarios.mjs';

/** Processes of a round. */
export const SIZE = 8;

const SHORT_STOP = { least: 20, most: 3_000 };
const LONG_STOP = { least: LEASE + 200, most: LEASE + 3_000 };
/** From the arrival of a login: before its answer, before the write, before the lease is given back. */
const AFTER_LOGIN = { least: 0, most: 600 };

/** Milliseconds between two acts of a kind. Sessions end as seldom as the budget of five logins a minute allows. */
const PACES = {
  ends: { least: 7_000, most: 10_000 },
  kills: { least: 1_500, most: 4_000 },
  stops: { least: 800, most: 2_500 },
  tokenEdits: { least: 2_500, most: 5_000 },
  leaseEdits: { least: 2_000, most: 5_000 },
};

const draw = (random, { least, most }) => random.between(least, most);
const drawDownTime = (random) => random.between(0, 1_500);

const TOKEN_EDITS = [
  'deleted',
  'malformed',
  'half a token',
  'older token',
  'live token',
  'foreign login',
];

/** What befalls one process, or what is stored. */
const ACTS = {
  kills: (random) => ({ downFor: drawDownTime(random) }),
  stops: (random) => ({
    duration: draw(random, random.chance(0.35) ? LONG_STOP : SHORT_STOP),
  }),
  tokenEdits: (random) => ({ how: random.pick(TOKEN_EDITS) }),
  leaseEdits: (random) => ({ how: random.pick(['deleted', 'garbage']) }),
};

/** An act that befalls the login after sessions have ended; at random, logins would be hit too seldom. */
function aim(random, kinds) {
  if (random.chance(0.25)) return undefined;
  const kind = random.pick(kinds);
  const after = draw(random, AFTER_LOGIN);
  return {
    kind,
    after,
    ...ACTS[kind](random),
    ...(kind === 'stops' && { duration: draw(random, LONG_STOP) }),
  };
}

function act(random, kind, kinds) {
  if (kind === 'ends') return { aimed: aim(random, kinds) };
  return { place: random.between(0, SIZE - 1), ...ACTS[kind](random) };
}

/** The acts of one round in the order of their time. */
export function planRound(random, kinds, seconds) {
  const all = ['ends', ...kinds].flatMap((kind) => {
    const acts = [];
    let at = draw(random, PACES[kind]) / 2;
    while (at < seconds * 1_000) {
      acts.push({ at, kind, ...act(random, kind, kinds) });
      at += draw(random, PACES[kind]);
    }
    return acts;
  });
  return all.toSorted((a, b) => a.at - b.at);
}

/** The rounds by name, each with the kinds of its acts. */
export const rounds = {
  'kills and restarts': ['kills'],
  'stops past the lease and shorter': ['stops'],
  'everything, with foreign edits': ['kills', 'stops', 'tokenEdits', 'leaseEdits'],
};
