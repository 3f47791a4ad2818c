const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Waits for the first Ctrl-C or SIGTERM. The next one ends the process at once, as without this. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of SIGNALS) process.off(signal, stop);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, stop);
  });
}
