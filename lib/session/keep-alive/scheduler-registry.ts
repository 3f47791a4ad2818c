import type { ModuleRef } from '@nestjs/core';

/** Registry in which the application sees a timer under one name, and can stop it. */
export interface TimerRegistry {
  /** Shows this timer in place of the previous one. */
  show(handle: unknown): void;
  /** Tells if the application has stopped the shown timer. */
  isStopped(): boolean;
  hide(): void;
}

/**
 * Finds the `SchedulerRegistry` of `@nestjs/schedule`, if the application imports `ScheduleModule.forRoot()`. It only
 * shows timers: they also run if it fails, for example because the application uses the name.
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
    // The package or its forRoot() is absent.
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
