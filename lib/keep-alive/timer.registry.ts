import type { ModuleRef } from '@nestjs/core';

/** Where the application sees its timers, and can stop them. */
export interface TimerRegistry {
  has(name: string): boolean;
  add(name: string, handle: unknown): void;
  remove(name: string): void;
}

/** The `SchedulerRegistry` of `@nestjs/schedule`, where the application imports `ScheduleModule.forRoot()`. */
export async function findTimerRegistry(moduleRef: ModuleRef): Promise<TimerRegistry | undefined> {
  try {
    const { SchedulerRegistry } = await import('@nestjs/schedule');
    const registry = moduleRef.get(SchedulerRegistry, { strict: false });
    return {
      has: (name) => registry.doesExist('timeout', name),
      add: (name, handle) => registry.addTimeout(name, handle),
      remove: (name) => {
        if (registry.doesExist('timeout', name)) registry.deleteTimeout(name);
      },
    };
  } catch {
    // The package or its forRoot() is absent: the keep-alive runs all the same.
    return undefined;
  }
}
