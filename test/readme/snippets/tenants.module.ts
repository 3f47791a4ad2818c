import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  Req,
} from '@nestjs/common';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  SessionAccounts,
  UseBetfairSession,
} from 'nestjs-betfair-session';

/** Stands for the table of your database, with the settings of each tenant. */
export abstract class TenantSettings {
  abstract all(): Promise<ReadonlyMap<string, BetfairSessionOptions>>;
}

@Injectable()
export class TenantsService implements OnApplicationBootstrap {
  constructor(
    private readonly settings: TenantSettings,
    private readonly accounts: SessionAccounts,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const tenants = await this.settings.all();
    await Promise.all([...tenants].map(([tenant, options]) => this.add(tenant, options)));
  }

  /** The wrong settings of one tenant must not keep the others from trading. */
  async add(tenant: string, options: BetfairSessionOptions): Promise<void> {
    try {
      await this.accounts.add(tenant, options);
    } catch (error) {
      Logger.error(error, `Tenant ${tenant}`);
    }
  }

  /** Ends the session at Betfair too, for a tenant who has left. */
  async remove(tenant: string): Promise<void> {
    await this.accounts.remove(tenant, { logout: true });
  }
}

/** A request that your guard has let through, with the tenant it belongs to: never a name that the sender chooses. */
interface TenantRequest {
  readonly tenant: string;
}

@Controller('funds')
@UseBetfairSession({ name: (context) => context.switchToHttp().getRequest<TenantRequest>().tenant })
export class TenantFundsController {
  constructor(private readonly accounts: SessionAccounts) {}

  @Get()
  async funds(@Req() { tenant }: TenantRequest): Promise<unknown> {
    return this.accounts.get(tenant)?.call('AccountAPING/v1.0/getAccountFunds');
  }
}

@Module({
  // Without forRoot() there is no account yet.
  imports: [BetfairSessionModule],
  providers: [TenantsService],
  controllers: [TenantFundsController],
})
export class TenantsModule {}
