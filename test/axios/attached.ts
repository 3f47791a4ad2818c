import { Agent } from 'node:https';
import { create, type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { attachBetfairSession } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { createAccount } from '../support/account.js';

const agents: Agent[] = [];

/** An axios instance that trusts the simulator, as an application makes it. */
export function createAxios(
  { ca }: Pick<BetfairSimulator, 'ca'>,
  config: CreateAxiosDefaults = {},
): AxiosInstance {
  const httpsAgent = new Agent({ ca });
  agents.push(httpsAgent);
  return create({ httpsAgent, proxy: false, ...config });
}

/** An application with an attached instance; `prepare` is what it did to that before. */
export async function setUp(
  config: CreateAxiosDefaults = {},
  prepare: (http: AxiosInstance) => void = () => undefined,
) {
  const account = await createAccount();
  const { sessions, logger } = await account.start({ storage: 'mem://' });
  const { simulator } = account;
  const http = createAxios(simulator, config);
  prepare(http);
  attachBetfairSession(http, sessions);
  const sent = () => simulator.requests.filter(({ endpoint }) => endpoint === 'api');
  const warnings = () =>
    logger.lines.flatMap(([level, text]) => (level === 'warn' ? [String(text)] : []));
  return { ...account, sessions, logger, http, sent, warnings };
}

/** The same, with a session that Betfair has ended. */
export async function setUpDead(...settings: Parameters<typeof setUp>) {
  const attached = await setUp(...settings);
  await attached.sessions.getSession();
  attached.simulator.endSessions();
  return attached;
}

/** For `afterEach`. */
export function closeAgents(): void {
  for (const agent of agents.splice(0)) agent.destroy();
}
