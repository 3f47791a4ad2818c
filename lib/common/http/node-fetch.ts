// Node creates the dispatcher of its `fetch` when one of the classes of `fetch` is first used.
if (typeof globalThis.Response !== 'function') {
  throw new Error('nestjs-betfair-session needs the global fetch API, which Node has since 18.');
}
