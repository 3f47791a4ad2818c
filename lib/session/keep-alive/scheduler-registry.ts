import type { ModuleRef } from '@nestjs/core';

/** A place where the application sees a timer under one name, and can stop it. */
export interface TimerRegistry {
  /** Shows this timer, in place of the one before. */
  show(handle: unknown): void;
  /** Tells if the application has stopped the timer that is shown. */
  isStopped(): boolean;
  hide(): void;
}

/**
 * The `SchedulerRegistry` of `@nestjs/schedule`, where the application imports `ScheduleModule.forRoot()`. It only
 * shows timers, so if it fails, such as for a name that the application took itself, they run all the same.
 */
export async function findTimerRegistry(
  moduleRef: ModuleRef,
  name: string,
): Promise<TimerRegistry | undefined> {
  try {
    const { SchedulerRegistry } = await import('@nestjs/schedule');
    const registry = moduleRef.get(SchedulerRegistry, { strict: false });
    const exists = () => tryTo(() => registry.doesExist('timeout', name));
    let isShown = false;
    const hide = () => {
      if (isShown && exists()) tryTo(() => registry.deleteTimeout(name));
      isShown = false;
    };
    return {
      show(handle) {
        hide();
        isShown = tryTo(() => (registry.addTimeout(name, handle), true)) ?? false;
      },
      isStopped: () => isShown && exists() === false,
      hide,
    };
  } catch {
    // The package or its forRoot() is absent: the keep-alive runs all the same.
    return undefined;
  }
}

function tryTo<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
