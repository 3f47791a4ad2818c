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

function enqueue<T>(job: () => Promise<T>, add: (entry: Entry) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    add({ run: () => job().then(resolve, reject) });
  });
}
