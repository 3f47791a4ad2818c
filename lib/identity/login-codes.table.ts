/**
 * Kind of a login code, by what ends the refusal:
 *
 * - `'transient'`: time; the login may be attempted again soon
 * - `'ban'`: 20 minutes, for the whole account
 * - `'place'`: another host; this one waits for 15 minutes
 * - `'strongCode'`: a new two-factor code, which the next attempt asks for
 * - `'credentials'`: another user name, password, certificate, application key or jurisdiction
 * - `'account'`: a change of the account or of other options, with the same credentials
 */
export type LoginCodeKind = (typeof LOGIN_CODE_KINDS)[number];

export const LOGIN_CODE_KINDS = [
  'transient',
  'ban',
  'place',
  'strongCode',
  'credentials',
  'account',
] as const;

export interface LoginCode {
  readonly kind: LoginCodeKind;
  /** Advice for a person. */
  readonly action: string;
}

const WEBSITE = 'Log in on the Betfair website once and';
const CONTACT =
  'Contact Betfair customer services; the account cannot log in until they lift this.';
const UNLOCK =
  'Unlock the account on the Betfair website (reset the password), then update it here.';
const SECOND_FACTOR =
  'The account has two-factor authentication. Use a certificate login, or set the option "twoFactorCode".';

/**
 * Codes that have the same advice. A two-factor code is not part of the credentials, so an account that starts to ask
 * for one is of the kind `'account'`. `EMAIL_LOGIN_NOT_ALLOWED` is `'credentials'`, because another user name ends it.
 */
export const LOGIN_CODE_GROUPS: Readonly<
  Record<LoginCodeKind, readonly (readonly [action: string, codes: readonly string[]])[]>
> = {
  transient: [
    [
      'Wait and try again. This usually ends within minutes.',
      ['INTERNAL_ERROR', 'INVALID_CONNECTIVITY_TO_REGULATOR'],
    ],
  ],
  ban: [
    [
      'Wait 20 minutes: there were too many logins on this account. Existing sessions stay valid.',
      // Another client of the API knows it without the last S.
      ['TEMPORARY_BAN_TOO_MANY_REQUESTS', 'TEMPORARY_BAN_TOO_MANY_REQUEST'],
    ],
  ],
  place: [
    [
      'Run the application where betting is permitted: Betfair allows no logins from this place. This host tries again in 15 minutes; other hosts are not affected.',
      ['SECURITY_RESTRICTED_LOCATION', 'BETTING_RESTRICTED_LOCATION'],
    ],
  ],
  strongCode: [
    [
      'The code was wrong or out of date. Check the function in the option "twoFactorCode".',
      ['STRONG_CODE_FAIL'],
    ],
  ],
  credentials: [
    [
      'Check user name and password. More wrong attempts lock the account, so no login is attempted until they change.',
      ['INVALID_USERNAME_OR_PASSWORD'],
    ],
    [UNLOCK, ['ACCOUNT_NOW_LOCKED', 'ACCOUNT_ALREADY_LOCKED']],
    [
      'Finish the password change on the Betfair website, then update it here.',
      ['ACCOUNT_PENDING_PASSWORD_CHANGE'],
    ],
    [
      'Change the password on the Betfair website, then update it here.',
      ['CHANGE_PASSWORD_REQUIRED'],
    ],
    [
      'Use the user name instead of the e-mail address.',
      ['EMAIL_LOGIN_NOT_ALLOWED', 'MULTIPLE_USERS_WITH_SAME_CREDENTIAL'],
    ],
    [
      'Check that user name, password and application key are set and complete.',
      ['INPUT_VALIDATION_ERROR'],
    ],
  ],
  account: [
    [
      'Upload the public part of the client certificate under "Automated Betting Program Access" of the account, and check that the option "certificate" is the same one.',
      ['CERT_AUTH_REQUIRED'],
    ],
    [SECOND_FACTOR, ['STRONG_AUTH_CODE_REQUIRED', 'MULTI_FACTOR_AUTHENTICATION_REQUIRED']],
    [
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
    ['Contact Betfair customer services: the account is closed.', ['CLOSED']],
    [
      'Wait until the self-exclusion of the account ends; until then it cannot be used.',
      ['SELF_EXCLUDED'],
    ],
    [
      'Unlock the account on the Betfair website; its security question was answered wrongly three times.',
      ['SECURITY_QUESTION_WRONG_3X'],
    ],
    [
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
      `${WEBSITE} complete the migration of the account.`,
      [
        'SPAIN_MIGRATION_REQUIRED',
        'DENMARK_MIGRATION_REQUIRED',
        'ITALY_MIGRATION_REQUIRED',
        'MIGRATION_REQUIRED',
      ],
    ],
    ['Log in on the Betfair website to see why the account may not log in.', ['LOGIN_RESTRICTED']],
  ],
};
