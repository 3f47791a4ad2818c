import type { BetfairSession } from '../betfair-session.js';
import type { AbortSignalLike } from '../common/abort-listener.js';
import type { Clock } from '../common/clock.js';
import type { HostAndPort } from '../common/host-and-port.js';
import type { CertificateAuthorities } from '../common/http/trust.js';

/** A refusal for the session, as far as it is known. */
export interface RefusalDetails {
  /** The API refused a request that shows this session's token; otherwise it is a suspicion only. */
  readonly isProof: boolean;
  /** The request is repeated with a new session, so that it shows if that helps. */
  readonly isRepeated?: boolean | undefined;
  /** Names what ended with the refusal, for a warning. */
  readonly where: string;
  /** The option that names the API that refused. @default 'endpoints.api' */
  readonly endpoint?: 'endpoints.api' | 'endpoints.stream' | undefined;
  /** Milliseconds that somebody waits for the check. @default as long as it takes */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/** Address of the Stream API, and the authorities to trust for it. */
export interface StreamServer extends HostAndPort {
  /** Trusted beside the usual authorities. */
  readonly ca: CertificateAuthorities;
}

/** The account that a call belongs to, and where its sessions come from. */
export interface SessionSource {
  /** Name of the account in this application. */
  readonly account: string;
  /** Names the account in the configuration of a request, also in another process; no secret. */
  readonly id: string;
  /** URL of the API. */
  readonly api: string;
  /**
   * Tells where the Stream API is: where `given` says, and for the rest the options of the account.
   *
   * @throws BetfairConfigurationError nothing is known for the jurisdiction of the account, and no option says it
   */
  streamServer(given: Partial<StreamServer>): StreamServer;
  readonly clock: Clock;
  getSession(options: { readonly signal?: AbortSignalLike | undefined }): Promise<BetfairSession>;
  /** Notes that the API took a session. */
  accepted(session: BetfairSession): void;
  /** Notes that the API refused also the session that replaced a refused one for the same call. */
  refusedAgain(session: BetfairSession): void;
  /**
   * Has a refused session replaced if that it is dead is proven, or a check proves it.
   *
   * @returns `true` if it is out of service
   */
  refused(session: BetfairSession, refusal: RefusalDetails): Promise<boolean>;
  /** Warns the developer, of each cause once in ten minutes. */
  warn(message: string): void;
}
