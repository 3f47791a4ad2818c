import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from './redis.server.js';

/** What came of the work, and the commands that the server got from clients meanwhile, with their arguments. */
export async function watch<T>(
  { admin }: RedisServer,
  work: () => Promise<T>,
): Promise<{ result: T; commands: readonly string[] }> {
  const monitor = await admin.monitor();
  const commands: string[] = [];
  monitor.on('monitor', (_, args) => commands.push(args.join(' ')));
  try {
    const result = await work();
    await admin.call('ECHO', 'the end');
    while (!commands.some((command) => command.includes('the end'))) await delay(5);
    return { result, commands };
  } finally {
    monitor.disconnect();
  }
}
