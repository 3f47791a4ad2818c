import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { createTestSession } from 'nestjs-betfair-session/testing';
import { CallScope } from '../../lib/calls/call-scope.js';

describe('a layer of calls', () => {
  it('reports its calls to all outer layers, and to no inner one', () => {
    const outer = CallScope.open();
    const inner = outer.run(() => CallScope.open());
    const innermost = inner.run(() => CallScope.open());
    const flags = () => [outer, inner, innermost].map(({ repeated }) => repeated);
    inner.markRepeated();
    expect(flags()).toEqual([true, true, false]);
    for (const scope of [innermost, inner]) scope.end();
    expect(outer.settled).toBe(false);
    inner.markSettled();
    expect([outer.settled, inner.settled, innermost.settled]).toEqual([true, true, false]);
  });

  it('counts as settled while an inner layer, at any depth, has no outcome', () => {
    const outer = CallScope.open();
    const inner = outer.run(() => CallScope.open());
    const innermost = inner.run(() => CallScope.open());
    expect([outer.settled, inner.settled, innermost.settled]).toEqual([true, true, false]);
    innermost.end();
    expect([outer.settled, inner.settled]).toEqual([true, false]);
    inner.end();
    inner.end();
    expect(outer.settled).toBe(false);
  });

  it('is no longer settled for an inner layer that has its outcome and goes on', () => {
    const outer = CallScope.open();
    const inner = outer.run(() => CallScope.open());
    inner.decide();
    expect(outer.settled).toBe(false);
    expect(inner.run(() => CallScope.current)).toBe(inner);
    inner.end();
    expect(outer.settled).toBe(false);
    expect(inner.run(() => CallScope.current)).toBe(outer);
  });

  it('keeps nothing of a request after its end', () => {
    const session = createTestSession();
    const given = { account: 'default', session, source: undefined };
    for (const finish of ['end', 'giveUp'] as const) {
      const execution = new ExecutionContextHost([]);
      const scope = CallScope.openIn(undefined, given, execution);
      expect(scope.execution).toBe(execution);
      scope[finish]();
      expect(scope.execution).toBeUndefined();
      scope.end();
    }
  });

  it('is left behind by work that outlives it', async () => {
    const outer = CallScope.open();
    const inner = outer.run(() => CallScope.open());
    await inner.run(async () => {
      await Promise.resolve();
      expect(CallScope.current).toBe(inner);
      inner.end();
      expect(CallScope.current).toBe(outer);
      outer.end();
      expect(CallScope.current).toBeUndefined();
    });
  });
});
