/** A queue of an application, through which its calls go one after the other. */
export interface Queue {
  add<T>(job: () => Promise<T>): Promise<T>;
  close(): void;
}

interface Entry {
  readonly run: () => Promise<void>;
}

/** Works through its jobs from a timer that was started with the process, so that they lose their context. */
export function timerQueue(everyMs = 2): Queue {
  const jobs: Entry[] = [];
  const timer = setInterval(() => void jobs.shift()?.run(), everyMs);
  return {
    add: (job) => enqueue(job, (entry) => jobs.push(entry)),
    close: () => clearInterval(timer),
  };
}

/** Works through its jobs in a loop that the first of them starts, so that all others have the context of that one. */
export function loopQueue(): Queue {
  const jobs: Entry[] = [];
  let isRunning = false;
  async function work(): Promise<void> {
    isRunning = true;
    for (let job = jobs.shift(); job; job = jobs.shift()) await job.run();
    isRunning = false;
  }
  return {
    add: (job) =>
      enqueue(job, (entry) => {
        jobs.push(entry);
        if (!isRunning) void work();
      }),
    close: () => undefined,
  };
}

/** Runs two jobs at a time; one that ends starts the next, in its own context. */
export function pool(): Queue {
  const waiting: (() => void)[] = [];
  let running = 0;
  async function take<T>(job: () => Promise<T>): Promise<T> {
    running += 1;
    try {
      return await job();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }
  return {
    add: (job) =>
      running < 2
        ? take(job)
        : new Promise((resolve, reject) => {
            waiting.push(() => void take(job).then(resolve, reject));
          }),
    close: () => undefined,
  };
}

function enqueue<T>(job: () => Promise<T>, add: (entry: Entry) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    add({ run: () => job().then(resolve, reject) });
  });
}
