import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Cluster } from 'ioredis';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  betfairSessionOptionsFromEnv,
  RedisStorage,
} from 'nestjs-betfair-session';

export function connectCluster(): Cluster {
  const { REDIS_HOST: host = '127.0.0.1', REDIS_PORT: port = '6379' } = process.env;
  const { REDIS_USER: username = 'default', REDIS_PASSWORD: password = '' } = process.env;
  const cluster = new Cluster([{ host, port: Number(port) }], {
    redisOptions: { username, password }, // and `tls: {}`, if the cluster has TLS
  });
  cluster.on('error', (error) => console.error(`Redis: ${error.message}`));
  return cluster;
}

/** The options of the variables `BETFAIR_*`, with a store in the cluster. */
export function sessionOptions(cluster: Cluster): BetfairSessionOptions {
  return {
    ...betfairSessionOptionsFromEnv(),
    storage: new RedisStorage({ send: (args) => cluster.call(...args), prefix: 'betfair/' }),
  };
}

@Global()
@Module({
  providers: [{ provide: Cluster, useFactory: connectCluster }],
  exports: [Cluster],
})
class RedisModule implements OnApplicationShutdown {
  constructor(private readonly cluster: Cluster) {}

  onApplicationShutdown() {
    this.cluster.disconnect();
  }
}

@Module({
  imports: [
    // Global and imported first, so that Nest closes it last: the session still needs it at shutdown.
    RedisModule,
    BetfairSessionModule.forRootAsync({ inject: [Cluster], useFactory: sessionOptions }),
  ],
})
export class BetfairModule {}
