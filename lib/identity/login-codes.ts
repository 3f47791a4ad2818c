/** Answers of a login that pass by themselves. */
const TRANSIENT = new Set([
  'INTERNAL_ERROR',
  'INVALID_CONNECTIVITY_TO_REGULATOR_DK',
  'INVALID_CONNECTIVITY_TO_REGULATOR_IT',
]);

/** More than 100 successful logins in a minute on the account: no new login for 20 minutes. */
export const TEMPORARY_BAN = 'TEMPORARY_BAN_TOO_MANY_REQUESTS';

/** Whether a login code passes by itself. Every code that is neither this nor the ban needs a person. */
export function isTransientLoginCode(code: string): boolean {
  return TRANSIENT.has(code);
}

const ACCEPT_TERMS = 'Log in on the Betfair website once and accept what it asks for.';
const CONTACT =
  'Contact Betfair customer services; the account cannot log in until they lift this.';
const VERIFY = 'Log in on the Betfair website once and complete the verification that it asks for.';
const DOMAIN = 'This account belongs to another Betfair site; set the option "jurisdiction" to it.';
const RESTRICTED =
  'Betfair refuses logins from this location; run the application where betting is permitted.';
const MIGRATE = 'Log in on the Betfair website once and complete the migration of the account.';

/** The manual step for each code that Betfair documents. */
const ACTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    INVALID_USERNAME_OR_PASSWORD:
      'Check user name and password. More wrong attempts lock the account, so none is made until they change.',
    ACCOUNT_NOW_LOCKED:
      'Unlock the account on the Betfair website (reset the password), then update it here.',
    ACCOUNT_ALREADY_LOCKED:
      'Unlock the account on the Betfair website (reset the password), then update it here.',
    ACCOUNT_PENDING_PASSWORD_CHANGE:
      'Finish the password change on the Betfair website, then update it here.',
    CHANGE_PASSWORD_REQUIRED: 'Change the password on the Betfair website, then update it here.',
    CERT_AUTH_REQUIRED:
      'Upload the public part of the client certificate under "Automated Betting Program Access" of the account, and check that the option "certificate" is that one.',
    STRONG_AUTH_CODE_REQUIRED:
      'The account has two-factor authentication: use a certificate login, or give the option "twoFactorCode".',
    EMAIL_LOGIN_NOT_ALLOWED: 'Use the user name instead of the e-mail address.',
    MULTIPLE_USERS_WITH_SAME_CREDENTIAL: 'Use the user name instead of the e-mail address.',
    SUSPENDED: CONTACT,
    CLOSED: 'The account is closed. Contact Betfair customer services.',
    SELF_EXCLUDED: 'The account is self-excluded; it cannot be used until the exclusion ends.',
    KYC_SUSPEND: VERIFY,
    TRADING_MASTER: CONTACT,
    TRADING_MASTER_SUSPENDED: CONTACT,
    AGENT_CLIENT_MASTER: CONTACT,
    AGENT_CLIENT_MASTER_SUSPENDED: CONTACT,
    PENDING_AUTH: VERIFY,
    DUPLICATE_CARDS: CONTACT,
    SECURITY_QUESTION_WRONG_3X:
      'Unlock the account on the Betfair website; its security question was missed three times.',
    PERSONAL_MESSAGE_REQUIRED: ACCEPT_TERMS,
    TELBET_TERMS_CONDITIONS_NA: ACCEPT_TERMS,
    CONTACT_VERIFICATION_REQUIRED: VERIFY,
    ACTIONS_REQUIRED: ACCEPT_TERMS,
    INTERNATIONAL_TERMS_ACCEPTANCE_REQUIRED: ACCEPT_TERMS,
    SPANISH_TERMS_ACCEPTANCE_REQUIRED: ACCEPT_TERMS,
    ITALIAN_CONTRACT_ACCEPTANCE_REQUIRED: ACCEPT_TERMS,
    ITALIAN_PROFILING_ACCEPTANCE_REQUIRED: ACCEPT_TERMS,
    SPAIN_MIGRATION_REQUIRED: MIGRATE,
    DENMARK_MIGRATION_REQUIRED: MIGRATE,
    DANISH_AUTHORIZATION_REQUIRED: ACCEPT_TERMS,
    MIGRATION_REQUIRED: MIGRATE,
    TERMS_AND_CONDITIONS: ACCEPT_TERMS,
    AUTHORIZED_ONLY_FOR_DOMAIN_RO: DOMAIN,
    AUTHORIZED_ONLY_FOR_DOMAIN_SE: DOMAIN,
    SWEDEN_NATIONAL_IDENTIFIER_REQUIRED: VERIFY,
    SWEDEN_BANK_ID_VERIFICATION_REQUIRED: VERIFY,
    NOT_AUTHORIZED_BY_REGULATOR_DK: CONTACT,
    NOT_AUTHORIZED_BY_REGULATOR_IT: CONTACT,
    SECURITY_RESTRICTED_LOCATION: RESTRICTED,
    BETTING_RESTRICTED_LOCATION: RESTRICTED,
    INPUT_VALIDATION_ERROR:
      'Check that user name, password and application key are set and complete.',
    LOGIN_RESTRICTED: 'The account may not log in. Log in on the Betfair website to see why.',
  }),
);

/** The manual step that a refusal needs; for an undocumented code, where to look. */
export function actionFor(code: string): string {
  return (
    ACTIONS.get(code) ??
    'Betfair does not document this code. Log in on the Betfair website to see what the account needs.'
  );
}

/** The documented codes that a person must resolve. */
export const fatalLoginCodes: readonly string[] = [...ACTIONS.keys()];
