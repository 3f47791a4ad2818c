import { jurisdictionOfCountry } from './jurisdiction.endpoints.js';

/**
 * Says what ends the refusal that a login code reports:
 *
 * - `'transient'`: time; the login may be attempted again soon
 * - `'ban'`: 20 minutes, for the whole account
 * - `'place'`: another host; this one waits for 15 minutes
 * - `'strongCode'`: a new two-factor code, which the next attempt asks for
 * - `'credentials'`: another user name, password, certificate, application key or jurisdiction
 * - `'account'`: a person at Betfair or in the configuration, while those stay the same
 */
export type LoginCodeKind =
  'transient' | 'ban' | 'place' | 'strongCode' | 'credentials' | 'account';

/** The meaning of a login code. */
export interface LoginCode {
  readonly kind: LoginCodeKind;
  /** The step that a person takes. */
  readonly action: string;
}

const WEBSITE = 'Log in on the Betfair website once and';
const CONTACT =
  'Contact Betfair customer services; the account cannot log in until they lift this.';
const UNLOCK =
  'Unlock the account on the Betfair website (reset the password), then update it here.';
const SECOND_FACTOR =
  'Use a certificate login, or give the option "twoFactorCode": the account has two-factor authentication.';

const UNDOCUMENTED: LoginCode = {
  kind: 'account',
  action:
    'Betfair does not document this code. Log in on the Betfair website to see what the account needs.',
};

/**
 * Codes by their cure. A two-factor code is not part of the credentials: an account that starts to ask for one keeps
 * its user name and password, so its refusal is of the kind `'account'`. `EMAIL_LOGIN_NOT_ALLOWED` has two cures; the
 * user name is the one that needs nobody at Betfair, so it counts as `'credentials'`.
 */
const GROUPS: readonly (readonly [LoginCodeKind, action: string, codes: readonly string[]])[] = [
  [
    'transient',
    'Wait and try again; this usually passes within minutes.',
    ['INTERNAL_ERROR', 'INVALID_CONNECTIVITY_TO_REGULATOR'],
  ],
  [
    'ban',
    'Wait 20 minutes: too many logins were made on this account. Sessions that exist stay valid.',
    // One client knows it without the last S.
    ['TEMPORARY_BAN_TOO_MANY_REQUESTS', 'TEMPORARY_BAN_TOO_MANY_REQUEST'],
  ],
  [
    'place',
    'Run the application where betting is permitted: Betfair lets nobody log in from here. This host tries again in 15 minutes; other hosts are not affected.',
    ['SECURITY_RESTRICTED_LOCATION', 'BETTING_RESTRICTED_LOCATION'],
  ],
  [
    'strongCode',
    'Check what the function of the option "twoFactorCode" returns: the code was wrong or out of date. The next attempt asks for a new one.',
    ['STRONG_CODE_FAIL'],
  ],

  [
    'credentials',
    'Check user name and password. More wrong attempts lock the account, so none is made until they change.',
    ['INVALID_USERNAME_OR_PASSWORD'],
  ],
  ['credentials', UNLOCK, ['ACCOUNT_NOW_LOCKED', 'ACCOUNT_ALREADY_LOCKED']],
  [
    'credentials',
    'Finish the password change on the Betfair website, then update it here.',
    ['ACCOUNT_PENDING_PASSWORD_CHANGE'],
  ],
  [
    'credentials',
    'Change the password on the Betfair website, then update it here.',
    ['CHANGE_PASSWORD_REQUIRED'],
  ],
  [
    'credentials',
    'Use the user name instead of the e-mail address.',
    ['EMAIL_LOGIN_NOT_ALLOWED', 'MULTIPLE_USERS_WITH_SAME_CREDENTIAL'],
  ],
  [
    'credentials',
    'Check that user name, password and application key are set and complete.',
    ['INPUT_VALIDATION_ERROR'],
  ],

  [
    'account',
    'Upload the public part of the client certificate under "Automated Betting Program Access" of the account, and check that the option "certificate" is that one.',
    ['CERT_AUTH_REQUIRED'],
  ],
  ['account', SECOND_FACTOR, ['STRONG_AUTH_CODE_REQUIRED', 'MULTI_FACTOR_AUTHENTICATION_REQUIRED']],
  [
    'account',
    CONTACT,
    [
      'SUSPENDED',
      'TRADING_MASTER',
      'TRADING_MASTER_SUSPENDED',
      'AGENT_CLIENT_MASTER',
      'AGENT_CLIENT_MASTER_SUSPENDED',
      'DUPLICATE_CARDS',
      'NOT_AUTHORIZED_BY_REGULATOR_DK',
      'NOT_AUTHORIZED_BY_REGULATOR_IT',
    ],
  ],
  ['account', 'Contact Betfair customer services: the account is closed.', ['CLOSED']],
  [
    'account',
    'Wait until the self-exclusion of the account ends; until then it cannot be used.',
    ['SELF_EXCLUDED'],
  ],
  [
    'account',
    'Unlock the account on the Betfair website; its security question was missed three times.',
    ['SECURITY_QUESTION_WRONG_3X'],
  ],
  [
    'account',
    `${WEBSITE} complete the verification that it asks for.`,
    [
      'KYC_SUSPEND',
      'PENDING_AUTH',
      'CONTACT_VERIFICATION_REQUIRED',
      'SWEDEN_NATIONAL_IDENTIFIER_REQUIRED',
      'SWEDEN_BANK_ID_VERIFICATION_REQUIRED',
    ],
  ],
  [
    'account',
    `${WEBSITE} accept what it asks for.`,
    [
      'PERSONAL_MESSAGE_REQUIRED',
      'TELBET_TERMS_CONDITIONS_NA',
      'ACTIONS_REQUIRED',
      'INTERNATIONAL_TERMS_ACCEPTANCE_REQUIRED',
      'SPANISH_TERMS_ACCEPTANCE_REQUIRED',
      'ITALIAN_CONTRACT_ACCEPTANCE_REQUIRED',
      'ITALIAN_PROFILING_ACCEPTANCE_REQUIRED',
      'DANISH_AUTHORIZATION_REQUIRED',
      'TERMS_AND_CONDITIONS',
    ],
  ],
  [
    'account',
    `${WEBSITE} complete the migration of the account.`,
    [
      'SPAIN_MIGRATION_REQUIRED',
      'DENMARK_MIGRATION_REQUIRED',
      'ITALY_MIGRATION_REQUIRED',
      'MIGRATION_REQUIRED',
    ],
  ],
  [
    'account',
    'Log in on the Betfair website to see why the account may not log in.',
    ['LOGIN_RESTRICTED'],
  ],
];

/** Codes that end in a country, with those of them that were received or documented. */
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
  GROUPS.flatMap(([kind, action, codes]) => codes.map((code) => [code, { kind, action }])),
);

/** Every documented login code; of those that end in a country, the ones that were received. */
export const loginCodes: readonly string[] = [
  ...CODES.keys(),
  ...FAMILIES.flatMap(({ examples }) => examples),
];

/** The form of all codes of Betfair's. */
const CODE = /^[A-Z][A-Z0-9_]{0,59}$/;

/** Stands for a code that is not shown. */
export const UNNAMED_CODE = 'UNDOCUMENTED_CODE';

/** Tells if a text has the form of a code. */
export function hasFormOfCode(text: string): boolean {
  return CODE.test(text);
}

/** Looks a login code up. An undocumented one is for a person to resolve: no attempt is made on a guess. */
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

/** The country is that of the site that was asked: "a non .ro account", as Betfair says of `…_RO`. */
function foreignSite(country: string): LoginCode {
  const jurisdiction = jurisdictionOfCountry(country);
  const site = jurisdiction === undefined ? country : `${country} ("${jurisdiction}")`;
  return {
    kind: 'credentials',
    action: `Set the option "jurisdiction" to the Betfair site where the account is registered: the site for ${site} takes only accounts of its own.`,
  };
}
