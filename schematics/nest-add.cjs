// Run by `nest add nestjs-betfair-session`. It edits the application module as the Nest CLI makes it, and no other.
const MODULE = 'src/app.module.ts';
const EXAMPLE = '.env.example';

const IMPORT = `import { BetfairSessionModule, betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';\n`;
const REGISTRATION = `BetfairSessionModule.forRootAsync({ useFactory: () => betfairSessionOptionsFromEnv() })`;

const VARIABLES = `# What nestjs-betfair-session reads. Keep the real values out of Git.
BETFAIR_USERNAME=
BETFAIR_PASSWORD=
BETFAIR_APP_KEY=
# Made by: npx nestjs-betfair-session certificate
BETFAIR_CERT_FILE=client.crt
BETFAIR_KEY_FILE=client.key
# Where the session is kept, so that a restart needs no login.
BETFAIR_STORAGE=file:./session-data
`;

/** Registers the module in the text of an application module; `undefined` if it is not that of a new application. */
function registered(text) {
  const imports = [...text.matchAll(/^import .*;\r?\n/gm)];
  const last = imports.at(-1);
  if (last === undefined || text.split('imports: [],').length !== 2) return undefined;
  const end = last.index + last[0].length;
  const list = `imports: [\n    ${REGISTRATION},\n  ],`;
  return text.slice(0, end) + IMPORT + text.slice(end).replace('imports: [],', list);
}

exports.default = () => (tree, context) => {
  const text = tree.read(MODULE)?.toString() ?? '';
  const edited = registered(text);
  if (text.includes('BetfairSessionModule')) {
    context.logger.info(`${MODULE} has the BetfairSessionModule already.`);
  } else if (edited === undefined) {
    context.logger.warn(
      `Add to your root module:\n\n${IMPORT}\nimports: [\n  ${REGISTRATION},\n],`,
    );
  } else {
    tree.overwrite(MODULE, edited);
  }
  if (!tree.exists(EXAMPLE)) tree.create(EXAMPLE, VARIABLES);
  context.logger.info(
    `Copy the variables of ${EXAMPLE} to the environment, or to a .env that ConfigModule.forRoot() of @nestjs/config reads. Then: npx nestjs-betfair-session doctor`,
  );
  return tree;
};
