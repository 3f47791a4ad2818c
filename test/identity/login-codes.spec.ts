import {
  actionFor,
  fatalLoginCodes,
  isTransientLoginCode,
  TEMPORARY_BAN,
} from '../../lib/identity/login-codes.js';

/** What a person must do, by the codes that Betfair documents. */
const STEPS: readonly (readonly [string, string])[] = [
  ['INVALID_USERNAME_OR_PASSWORD', 'Check user name and password.'],
  ['ACCOUNT_NOW_LOCKED ACCOUNT_ALREADY_LOCKED', '(reset the password), then update it here.'],
  ['ACCOUNT_PENDING_PASSWORD_CHANGE', 'Finish the password change'],
  ['CHANGE_PASSWORD_REQUIRED', 'Change the password on the Betfair website'],
  ['CERT_AUTH_REQUIRED', 'under "Automated Betting Program Access"'],
  ['STRONG_AUTH_CODE_REQUIRED', 'or give the option "twoFactorCode".'],
  [
    'EMAIL_LOGIN_NOT_ALLOWED MULTIPLE_USERS_WITH_SAME_CREDENTIAL',
    'the user name instead of the e-mail address',
  ],
  [
    `SUSPENDED TRADING_MASTER TRADING_MASTER_SUSPENDED AGENT_CLIENT_MASTER
     AGENT_CLIENT_MASTER_SUSPENDED DUPLICATE_CARDS NOT_AUTHORIZED_BY_REGULATOR_DK
     NOT_AUTHORIZED_BY_REGULATOR_IT`,
    'the account cannot log in until they lift this.',
  ],
  ['CLOSED', 'The account is closed.'],
  ['SELF_EXCLUDED', 'it cannot be used until the exclusion ends.'],
  [
    `KYC_SUSPEND PENDING_AUTH CONTACT_VERIFICATION_REQUIRED SWEDEN_NATIONAL_IDENTIFIER_REQUIRED
     SWEDEN_BANK_ID_VERIFICATION_REQUIRED`,
    'complete the verification that it asks for.',
  ],
  ['SECURITY_QUESTION_WRONG_3X', 'its security question was missed three times.'],
  [
    `PERSONAL_MESSAGE_REQUIRED TELBET_TERMS_CONDITIONS_NA ACTIONS_REQUIRED
     INTERNATIONAL_TERMS_ACCEPTANCE_REQUIRED SPANISH_TERMS_ACCEPTANCE_REQUIRED
     ITALIAN_CONTRACT_ACCEPTANCE_REQUIRED ITALIAN_PROFILING_ACCEPTANCE_REQUIRED
     DANISH_AUTHORIZATION_REQUIRED TERMS_AND_CONDITIONS`,
    'accept what it asks for.',
  ],
  [
    'SPAIN_MIGRATION_REQUIRED DENMARK_MIGRATION_REQUIRED MIGRATION_REQUIRED',
    'complete the migration of the account.',
  ],
  ['AUTHORIZED_ONLY_FOR_DOMAIN_RO AUTHORIZED_ONLY_FOR_DOMAIN_SE', 'set the option "jurisdiction"'],
  ['SECURITY_RESTRICTED_LOCATION BETTING_RESTRICTED_LOCATION', 'where betting is permitted.'],
  ['INPUT_VALIDATION_ERROR', 'are set and complete.'],
  ['LOGIN_RESTRICTED', 'to see why.'],
];

const table = STEPS.flatMap(([codes, step]) => codes.split(/\s+/).map((code) => [code, step]));

describe('the code of a refused login', () => {
  it('has a step for everything that Betfair documents', () => {
    expect(new Set(fatalLoginCodes)).toEqual(new Set(table.map(([code]) => code)));
  });

  it.each(table)('%s asks a person to act: %s', (code = '', step = '') => {
    expect(actionFor(code)).toContain(step);
    expect(actionFor(code)).toMatch(/^[A-Z].{20,}\.$/);
    expect(isTransientLoginCode(code)).toBe(false);
  });

  it.each(['A_CODE_OF_NEXT_YEAR', 'constructor', '__proto__', ''])(
    '%j, which is not documented, sends a person to the website',
    (code) => {
      expect(actionFor(code)).toMatch(/^Betfair does not document this code\. Log in on/);
      expect(isTransientLoginCode(code)).toBe(false);
    },
  );

  it.each([
    'INTERNAL_ERROR',
    'INVALID_CONNECTIVITY_TO_REGULATOR_DK',
    'INVALID_CONNECTIVITY_TO_REGULATOR_IT',
  ])('%s passes by itself', (code) => {
    expect(isTransientLoginCode(code)).toBe(true);
    expect(fatalLoginCodes).not.toContain(code);
  });

  it('for the temporary ban is the one that Betfair documents', () => {
    expect(TEMPORARY_BAN).toBe('TEMPORARY_BAN_TOO_MANY_REQUESTS');
    expect(isTransientLoginCode(TEMPORARY_BAN)).toBe(false);
  });
});
