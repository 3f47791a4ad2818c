import type { SessionService } from 'nestjs-betfair-session';
import { Counter, Gauge } from 'prom-client';

const help = 'Session of the Betfair account';

/** Call it once, for example with `app.get(SessionService)`. Several accounts need a label, or a registry each. */
export function registerSessionMetrics(betfair: SessionService): void {
  const events = new Counter({ name: 'betfair_events_total', help, labelNames: ['type'] });
  betfair.events$.subscribe(({ type }) => events.inc({ type }));
  const state = new Gauge({ name: 'betfair_state', help, labelNames: ['state'], collect });
  function collect() {
    state.reset();
    state.set({ state: betfair.status.state }, 1);
  }
}
