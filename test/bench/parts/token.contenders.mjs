// Loops that ask for a token, as an application does before every call.

/** Of the slowest cache, so many calls fewer are timed. */
const FEWER = 100;

/** Milliseconds for one of `count`. Each has a loop of its own, as each has where it is used. */
export function tokenContenders(sessions, session, { aws, google, azure }, count) {
  const perCall = (began, calls = count) => (performance.now() - began) / calls;
  return {
    async limit() {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await Promise.resolve(session);
      return perCall(began);
    },
    async ours() {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await sessions.getSession();
      return perCall(began);
    },
    async aws() {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await aws();
      return perCall(began);
    },
    async google() {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await google();
      return perCall(began);
    },
    async azure() {
      const calls = count / FEWER;
      const began = performance.now();
      for (let i = 0; i < calls; i += 1) await azure();
      return perCall(began, calls);
    },
  };
}
