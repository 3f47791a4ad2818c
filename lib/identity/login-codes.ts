import { jurisdictionOfCountry } from './jurisdiction.endpoints.js';
import { LOGIN_CODE_GROUPS, LOGIN_CODE_KINDS, type LoginCode } from './login-codes.table.js';

const UNDOCUMENTED: LoginCode = {
  kind: 'account',
  action:
    'Betfair does not document this code. Log in on the Betfair website to see what the account needs.',
};

/** Codes that end in a country, with the known ones. */
const FAMILIES: readonly {
  readonly pattern: RegExp;
  readonly examples: readonly string[];
  readonly meaning: (country: string) => LoginCode;
}[] = [
  {
    pattern: /^INVALID_CONNECTIVITY_TO_REGULATOR_([A-Z]{2,3})$/,
    examples: ['INVALID_CONNECTIVITY_TO_REGULATOR_DK', 'INVALID_CONNECTIVITY_TO_REGULATOR_IT'],
    meaning: () => classifyLoginCode('INVALID_CONNECTIVITY_TO_REGULATOR'),
  },
  {
    pattern: /^(?:AUTHORIZED_ONLY|NOT_AUTHORIZED)_FOR_DOMAIN_([A-Z]{2,3})$/,
    examples: [
      'AUTHORIZED_ONLY_FOR_DOMAIN_RO',
      'AUTHORIZED_ONLY_FOR_DOMAIN_SE',
      'NOT_AUTHORIZED_FOR_DOMAIN_ES',
      'NOT_AUTHORIZED_FOR_DOMAIN_IT',
      'NOT_AUTHORIZED_FOR_DOMAIN_RO',
    ],
    meaning: foreignSite,
  },
];

const CODES: ReadonlyMap<string, LoginCode> = new Map(
  LOGIN_CODE_KINDS.flatMap((kind) =>
    LOGIN_CODE_GROUPS[kind].flatMap(([action, codes]) =>
      codes.map((code) => [code, { kind, action }] as const),
    ),
  ),
);

/** Every documented login code, with the known ones of those that end in a country. */
export const loginCodes: readonly string[] = [
  ...CODES.keys(),
  ...FAMILIES.flatMap(({ examples }) => examples),
];

/** Form of all Betfair codes. */
const CODE = /^[A-Z][A-Z0-9_]{0,59}$/;

/** Name for a code that is not shown. */
export const UNNAMED_CODE = 'UNDOCUMENTED_CODE';

export function hasFormOfCode(text: string): boolean {
  return CODE.test(text);
}

/** Looks a login code up. An undocumented code needs a person, so no login is attempted. */
export function classifyLoginCode(code: string): LoginCode {
  return documented(code) ?? UNDOCUMENTED;
}

/** Tells if Betfair documents a text as a login code. */
export function isLoginCode(text: string): boolean {
  return documented(text) !== undefined;
}

function documented(code: string): LoginCode | undefined {
  const known = CODES.get(code);
  if (known) return known;
  for (const { pattern, meaning } of FAMILIES) {
    const country = pattern.exec(code)?.[1];
    if (country !== undefined) return meaning(country);
  }
  return undefined;
}

/** Meaning of a code with the country of the site that was asked: `…_RO` is "a non .ro account" for Betfair. */
function foreignSite(country: string): LoginCode {
  const jurisdiction = jurisdictionOfCountry(country);
  const site = jurisdiction === undefined ? country : `${country} ("${jurisdiction}")`;
  return {
    kind: 'credentials',
    action: `Set the option "jurisdiction" to the Betfair site where the account is registered: the site for ${site} accepts only its own accounts.`,
  };
}
