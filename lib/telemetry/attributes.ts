/** Name under which OpenTelemetry knows this package. */
export const SCOPE = 'nestjs-betfair-session';

/** Name of the account in `BetfairSessionModule`; never the user name. */
export const ACCOUNT = 'betfair.account';
export const OUTCOME = 'betfair.outcome';
export const OPERATION = 'betfair.operation';
export const STATE = 'betfair.state';
/** Code of an error, by the name that OpenTelemetry gives it. */
export const ERROR_TYPE = 'error.type';
