import type { BetfairSession } from '../betfair-session.js';
import type { AbortSignalLike } from '../common/abort-listener.js';
import type { Clock } from '../common/clock.js';
import type { HostAndPort } from '../common/host-and-port.js';
import type { CertificateAuthorities } from '../common/http/trust.js';

/** Known facts about the refusal of a session. */
export interface RefusalDetails {
  /** True if the refused request shows this session's token; otherwise the refusal is only a suspicion. */
  readonly isProof: boolean;
  /** True if the request is repeated with a new session, which shows if that helps. */
  readonly isRepeated?: boolean | undefined;
  /** Name of the refused call in a warning. */
  readonly where: string;
  /** Option with the address of the API that refused. @default 'endpoints.api' */
  readonly endpoint?: 'endpoints.api' | 'endpoints.stream' | undefined;
  /** Milliseconds to wait for a check of the session. @default no limit */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/** Address of the Stream API, and the authorities to trust for it. */
export interface StreamServer extends HostAndPort {
  /** Authorities to trust beside the usual ones. */
  readonly ca: CertificateAuthorities;
}

/** Account of a call, and source of its sessions. */
export interface SessionSource {
  /** Name of the account in this application. */
  readonly account: string;
  /** Identifies the account in the config of a request, also in other processes. Not a secret. */
  readonly id: string;
  /** URL of the API. */
  readonly api: string;
  /**
   * Finds the address of the Stream API: the parts in `given`, and the others in the options of the account.
   *
   * @throws BetfairConfigurationError no option gives it, and it is not known for the jurisdiction of the account
   */
  streamServer(given: Partial<StreamServer>): StreamServer;
  readonly clock: Clock;
  getSession(options: { readonly signal?: AbortSignalLike | undefined }): Promise<BetfairSession>;
  /** Notes that the API accepted a session. */
  accepted(session: BetfairSession): void;
  /** Notes that the API also refused the new session with which a refused call was repeated. */
  refusedAgain(session: BetfairSession): void;
  /**
   * Replaces a refused session if the refusal, or a check, proves that it is dead.
   *
   * @returns `true` if the session is not used any more
   */
  refused(session: BetfairSession, refusal: RefusalDetails): Promise<boolean>;
  /** Warns the developer, once in ten minutes for each cause. */
  warn(message: string): void;
}
