// The rooms of lib, each with those that it may import from: every arrow points down this list.
const BELOW = {
  cli: ['testing', 'stream', 'storage', 'identity', 'common', 'errors'],
  testing: [
    'injection-tokens.ts',
    'betfair-session.ts',
    'stream',
    'session',
    'calls',
    'options',
    'identity',
    'storage',
    'common',
    'errors',
  ],
  interceptor: [
    'injection-tokens.ts',
    'betfair-session.ts',
    'accounts',
    'session',
    'calls',
    'common',
    'errors',
  ],
  axios: ['session', 'calls', 'common', 'errors'],
  stream: [
    'injection-tokens.ts',
    'betfair-session.ts',
    'session',
    'calls',
    'options',
    'common',
    'errors',
  ],
  accounts: ['injection-tokens.ts', 'session', 'storage', 'errors'],
  'injection-tokens.ts': ['session'],
  session: [
    'betfair-session.ts',
    'login',
    'calls',
    'options',
    'identity',
    'storage',
    'common',
    'errors',
  ],
  calls: ['betfair-session.ts', 'common', 'errors'],
  login: ['options', 'identity', 'storage', 'common', 'errors'],
  config: ['options'],
  options: ['identity', 'storage', 'common', 'errors'],
  identity: ['common', 'errors'],
  storage: ['common', 'errors'],
  filter: ['common', 'errors'],
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
