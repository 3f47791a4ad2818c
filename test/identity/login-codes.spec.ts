import { classifyLoginCode, loginCodes } from '../../lib/identity/login-codes.js';
import type { LoginCodeKind } from '../../lib/identity/login-codes.table.js';
import { jurisdictions } from '../../lib/identity/jurisdiction.endpoints.js';

const UNDOCUMENTED = 'Betfair does not document this code. Log in on the Betfair website';
const CONTACT =
  'Contact Betfair customer services; the account cannot log in until they lift this.';

/** Kind and first words of the action for every code; copied from the documentation, not from the code. */
const TABLE: readonly (readonly [LoginCodeKind, action: string, codes: string])[] = [
  [
    'transient',
    'Wait and try again.',
    `INTERNAL_ERROR INVALID_CONNECTIVITY_TO_REGULATOR INVALID_CONNECTIVITY_TO_REGULATOR_DK
     INVALID_CONNECTIVITY_TO_REGULATOR_IT`,
  ],
  ['ban', 'Wait 20 minutes:', 'TEMPORARY_BAN_TOO_MANY_REQUESTS TEMPORARY_BAN_TOO_MANY_REQUEST'],
  [
    'place',
    'Run the application where betting is permitted:',
    'SECURITY_RESTRICTED_LOCATION BETTING_RESTRICTED_LOCATION',
  ],
  [
    'strongCode',
    'The code was wrong or out of date. Check the function in the option "twoFactorCode".',
    'STRONG_CODE_FAIL',
  ],

  ['credentials', 'Check user name and password.', 'INVALID_USERNAME_OR_PASSWORD'],
  ['credentials', 'Unlock the account', 'ACCOUNT_NOW_LOCKED ACCOUNT_ALREADY_LOCKED'],
  ['credentials', 'Finish the password change', 'ACCOUNT_PENDING_PASSWORD_CHANGE'],
  ['credentials', 'Change the password on the Betfair website', 'CHANGE_PASSWORD_REQUIRED'],
  [
    'credentials',
    'Use the user name instead of the e-mail address.',
    'EMAIL_LOGIN_NOT_ALLOWED MULTIPLE_USERS_WITH_SAME_CREDENTIAL',
  ],
  ['credentials', 'Check that user name, password and application key', 'INPUT_VALIDATION_ERROR'],
  [
    'credentials',
    'Set the option "jurisdiction" to the Betfair site where the account is registered:',
    `AUTHORIZED_ONLY_FOR_DOMAIN_RO AUTHORIZED_ONLY_FOR_DOMAIN_SE NOT_AUTHORIZED_FOR_DOMAIN_ES
     NOT_AUTHORIZED_FOR_DOMAIN_IT NOT_AUTHORIZED_FOR_DOMAIN_RO`,
  ],

  ['account', 'Upload the public part of the client certificate', 'CERT_AUTH_REQUIRED'],
  [
    'account',
    'The account has two-factor authentication. Use a certificate login, or set the option "twoFactorCode".',
    'STRONG_AUTH_CODE_REQUIRED MULTI_FACTOR_AUTHENTICATION_REQUIRED',
  ],
  [
    'account',
    CONTACT,
    `SUSPENDED TRADING_MASTER TRADING_MASTER_SUSPENDED AGENT_CLIENT_MASTER
     AGENT_CLIENT_MASTER_SUSPENDED DUPLICATE_CARDS NOT_AUTHORIZED_BY_REGULATOR_DK
     NOT_AUTHORIZED_BY_REGULATOR_IT`,
  ],
  ['account', 'Contact Betfair customer services: the account is closed.', 'CLOSED'],
  ['account', 'Wait until the self-exclusion of the account ends', 'SELF_EXCLUDED'],
  ['account', 'Unlock the account on the Betfair website; its', 'SECURITY_QUESTION_WRONG_3X'],
  [
    'account',
    'Log in on the Betfair website once and complete the verification',
    `KYC_SUSPEND PENDING_AUTH CONTACT_VERIFICATION_REQUIRED SWEDEN_NATIONAL_IDENTIFIER_REQUIRED
     SWEDEN_BANK_ID_VERIFICATION_REQUIRED`,
  ],
  [
    'account',
    'Log in on the Betfair website once and accept what it asks for.',
    `PERSONAL_MESSAGE_REQUIRED TELBET_TERMS_CONDITIONS_NA ACTIONS_REQUIRED
     INTERNATIONAL_TERMS_ACCEPTANCE_REQUIRED SPANISH_TERMS_ACCEPTANCE_REQUIRED
     ITALIAN_CONTRACT_ACCEPTANCE_REQUIRED ITALIAN_PROFILING_ACCEPTANCE_REQUIRED
     DANISH_AUTHORIZATION_REQUIRED TERMS_AND_CONDITIONS`,
  ],
  [
    'account',
    'Log in on the Betfair website once and complete the migration',
    `SPAIN_MIGRATION_REQUIRED DENMARK_MIGRATION_REQUIRED ITALY_MIGRATION_REQUIRED
     MIGRATION_REQUIRED`,
  ],
  ['account', 'Log in on the Betfair website to see why', 'LOGIN_RESTRICTED'],
];

const rows = TABLE.flatMap(([kind, action, codes]) =>
  codes.split(/\s+/).map((code) => [code, kind, action] as const),
);

describe('the codes of a login', () => {
  it('are all that Betfair documents', () => {
    expect(loginCodes.toSorted()).toEqual(rows.map(([code]) => code).toSorted());
  });

  it.each(rows)('%s is of the kind %s: %s', (code, kind, action) => {
    const found = classifyLoginCode(code);
    expect(found.kind).toBe(kind);
    expect(found.action.slice(0, action.length)).toBe(action);
    expect(found.action).toMatch(/^[A-Z].{20,}\.$/);
  });

  it.each([
    'A_CODE_OF_NEXT_YEAR',
    'FAIL',
    'internal_error',
    'INTERNAL_ERROR_',
    'INVALID_CONNECTIVITY_TO_REGULATOR_',
    'INVALID_CONNECTIVITY_TO_REGULATOR_??',
    'TEMPORARY_BAN_TOO_MANY_REQUESTS_',
    'X_NOT_AUTHORIZED_FOR_DOMAIN_ES',
    'NOT_AUTHORIZED_FOR_DOMAIN_',
    'constructor',
    '__proto__',
    '',
  ])('that are not documented (%j) send a person to the website', (code) => {
    expect(classifyLoginCode(code)).toEqual({
      kind: 'account',
      action: expect.stringMatching(new RegExp(`^${UNDOCUMENTED}`)),
    });
  });

  it('say of a place that other hosts are not affected', () => {
    const { action } = classifyLoginCode('BETTING_RESTRICTED_LOCATION');
    expect(action).toMatch(/in 15 minutes; other hosts are not affected\.$/);
  });

  it.each(['DE', 'FR', 'XX'])('end when the regulator of any country (%s) is back', (country) => {
    expect(classifyLoginCode(`INVALID_CONNECTIVITY_TO_REGULATOR_${country}`)).toEqual(
      classifyLoginCode('INVALID_CONNECTIVITY_TO_REGULATOR'),
    );
  });
});

describe.each(['AUTHORIZED_ONLY_FOR_DOMAIN', 'NOT_AUTHORIZED_FOR_DOMAIN'])('%s', (family) => {
  const countries: readonly (readonly [string, string])[] = [
    ['ES', 'spain'],
    ['IT', 'italy'],
    ['RO', 'romania'],
    ['SE', 'sweden'],
    ['BR', 'brazil'],
    ['AU', 'australia'],
    ['NZ', 'australia'],
    ['COM', 'global'],
    ['UK', 'global'],
    ['GB', 'global'],
    ['IE', 'global'],
  ];

  it.each(countries)('_%s names the jurisdiction "%s"', (country, jurisdiction) => {
    const { kind, action } = classifyLoginCode(`${family}_${country}`);
    expect(kind).toBe('credentials');
    expect(action).toContain(`the site for ${country} ("${jurisdiction}") accepts only`);
  });

  it('covers every jurisdiction', () => {
    expect(new Set(countries.map(([, name]) => name))).toEqual(new Set(jurisdictions));
  });

  it('of a country without a jurisdiction names none', () => {
    expect(classifyLoginCode(`${family}_DE`)).toEqual({
      kind: 'credentials',
      action: expect.stringContaining('the site for DE accepts only'),
    });
  });
});
