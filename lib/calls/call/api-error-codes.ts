/** The meaning of an error code of the Betting, Accounts, Heartbeat and Scores APIs. */
export interface ApiErrorCode {
  readonly meaning: string;
  readonly action: string;
  /** `true` if the same call may succeed in a moment. */
  readonly transient: boolean;
}

/** Explanation of a code that Betfair does not document. */
const UNKNOWN: ApiErrorCode = {
  meaning: 'Betfair does not document this code.',
  action: 'Look at errorDetails. If you ask Betfair about it, give them requestUUID.',
  transient: false,
};

function code(meaning: string, action: string, transient = false): ApiErrorCode {
  return { meaning, action, transient };
}

const CHECK_PARAMETERS = 'Look at errorDetails, and compare the parameters with the documentation.';
const CHECK_KEY = 'Check the option "applicationKey" (the variable BETFAIR_APP_KEY).';
const SUBSCRIPTION = 'Check the subscription of the customer to your application.';
const APPLICATION = 'Choose another application name, without the Betfair user name in it.';
const LATER = 'Try again in a moment.';

/**
 * Betfair's error codes.
 *
 * Source: Betfair's developer documentation, "Betting Exceptions" and "Accounts Exceptions", and the published
 * interface definitions of the APIs.
 */
const CODES: ReadonlyMap<string, ApiErrorCode> = new Map(
  Object.entries({
    TOO_MUCH_DATA: code(
      'The call asks for more data than the market data limits allow.',
      'Ask for fewer markets, or for less of each (priceProjection, marketProjection).',
    ),
    INVALID_INPUT_DATA: code('The parameters are not valid.', CHECK_PARAMETERS),
    INVALID_SESSION_INFORMATION: code(
      'Betfair rejected the session, and the call was not repeated with a new one, or that was rejected too.',
      'Try again. If it keeps happening, check that the option "endpoints.api" (BETFAIR_ENDPOINT_API) fits the jurisdiction of the account.',
    ),
    NO_APP_KEY: code('The application key did not reach Betfair.', CHECK_KEY),
    INVALID_APP_KEY: code('The application key is not valid.', CHECK_KEY),
    NO_SESSION: code(
      'The session token did not reach Betfair.',
      'Check that no proxy removes the header X-Authentication.',
    ),
    UNEXPECTED_ERROR: code('Betfair failed to process the call.', LATER, true),
    TOO_MANY_REQUESTS: code(
      'Too many calls of this kind are running at once.',
      'Make fewer at once: at most three of listMarketBook with orders, listCurrentOrders and similar calls.',
      true,
    ),
    SERVICE_BUSY: code('Betfair is too busy.', LATER, true),
    TIMEOUT_ERROR: code(
      'Betfair took too long to process the call.',
      'After an order, wait 15 seconds and check with listCurrentOrders if it was placed. Try other calls again.',
      true,
    ),
    REQUEST_SIZE_EXCEEDS_LIMIT: code(
      'The call names more bets and markets than one call may.',
      'Split it: at most 250 bet ids and market ids together.',
    ),
    ACCESS_DENIED: code(
      'The application key may not use this operation.',
      'Ask Betfair to enable it for the key, or use the live key instead of the delayed one.',
    ),
    CUSTOMER_ACCOUNT_CLOSED: code('The account is closed.', 'Contact Betfair customer services.'),
    DUPLICATE_APP_NAME: code('An application with this name exists already.', APPLICATION),
    APP_KEY_CREATION_FAILED: code('The application key was not created.', APPLICATION),
    APP_CREATION_FAILED: code('The application was not created.', APPLICATION),
    SUBSCRIPTION_EXPIRED: code(
      'The subscription has expired, or has no application key.',
      SUBSCRIPTION,
    ),
    INVALID_SUBSCRIPTION_TOKEN: code('The subscription token does not exist.', SUBSCRIPTION),
    INVALID_VENDOR_CLIENT_ID: code('The client is not subscribed to this key.', SUBSCRIPTION),
    USER_NOT_SUBSCRIBED: code('The user is not subscribed to this key.', SUBSCRIPTION),
    INVALID_CLIENT_REF: code('The client reference has a wrong length.', CHECK_PARAMETERS),
    WALLET_TRANSFER_ERROR: code(
      'The funds were not transferred.',
      'Check the balance of each wallet with getAccountFunds before you try again.',
    ),
    INVALID_SECRET: code('The vendor secret is wrong.', 'Check the vendor secret.'),
    INVALID_AUTH_CODE: code('The authorisation code is wrong.', 'Ask the customer for a new one.'),
    INVALID_GRANT_TYPE: code('The grant type does not fit the parameters.', CHECK_PARAMETERS),
  }),
);

/** Explains a code: its meaning, and what to do about it. */
export function describeApiErrorCode(errorCode: string): ApiErrorCode {
  return CODES.get(errorCode) ?? UNKNOWN;
}
