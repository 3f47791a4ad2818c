const GROUND = ['common', 'errors'];
const OUTSIDE = ['identity', 'storage', ...GROUND];

// The rooms of lib, each with those that it may import from: every arrow points down this list.
const BELOW = {
  cli: ['testing', 'stream', 'session', 'login', 'options', ...OUTSIDE],
  testing: [
    'injection-tokens.ts',
    'betfair-session.ts',
    'stream',
    'session',
    'calls',
    'options',
    ...OUTSIDE,
  ],
  interceptor: [
    'injection-tokens.ts',
    'betfair-session.ts',
    'accounts',
    'session',
    'calls',
    ...GROUND,
  ],
  axios: ['session', 'calls', ...GROUND],
  stream: ['injection-tokens.ts', 'betfair-session.ts', 'session', 'calls', 'options', ...GROUND],
  terminus: ['injection-tokens.ts', 'accounts', 'session', 'common', 'errors'],
  accounts: ['injection-tokens.ts', 'session', 'options', 'storage', ...GROUND],
  'injection-tokens.ts': ['session', 'common'],
  session: ['betfair-session.ts', 'login', 'calls', 'options', 'telemetry', ...OUTSIDE],
  telemetry: OUTSIDE,
  calls: ['betfair-session.ts', ...GROUND],
  login: ['options', ...OUTSIDE],
  config: ['options'],
  options: OUTSIDE,
  identity: GROUND,
  storage: GROUND,
  filter: GROUND,
  common: ['errors'],
  errors: [],
  'betfair-session.ts': [],
};

const inRoom = (rooms) => `^lib/(${rooms.join('|').replaceAll('.', '\\.')})(/|$)`;

const arrows = Object.entries(BELOW).map(([room, below]) => ({
  name: `${room}-imports-from-below`,
  comment: `lib/${room} may import from: ${below.join(', ') || 'nothing else in lib'}.`,
  severity: 'error',
  from: { path: inRoom([room]) },
  to: { path: '^lib/', pathNot: inRoom([room, ...below]) },
}));

export default {
  forbidden: [
    ...arrows,
    {
      name: 'no-circle-of-files',
      comment: 'Move what both need into a file below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circle-of-folders',
      comment: 'Move what both need into a folder below them.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^node_modules', '^test', '^dist'] },
    tsConfig: { fileName: 'tsconfig.build.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.d.ts'] },
  },
};
