import { SessionService } from 'nestjs-betfair-session';
import { connectCluster, sessionOptions } from './redis-cluster.module.js';

/** Lifts a refused login or a ban for all processes, as the command `unblock` does. */
export async function unblock(): Promise<void> {
  const cluster = connectCluster();
  const sessions = await SessionService.create({ ...sessionOptions(cluster), keepAlive: false });
  await sessions.unblockLogin();
  await sessions.close();
  cluster.disconnect();
}
