/** On the first football match of the simulator; `GET /markets` shows it with its prices. */
const ORDER = JSON.stringify({
  marketId: '1.234567890',
  selectionId: 47972,
  side: 'BACK',
  size: 2,
  price: 1.5,
});

/** What the console says once the application listens. */
export function usage(url: string, { simulated }: { simulated: boolean }): string {
  const lines = simulated
    ? [
        'This is the SIMULATOR, not Betfair: no account is needed and no money is at stake.',
        `Open ${url}/ in a browser, or try:`,
        `curl ${url}/markets`,
        `curl -X POST ${url}/simulator/end-session`,
        `curl ${url}/markets`,
        `curl ${url}/simulator/counts`,
        `curl -X POST ${url}/orders -H 'Content-Type: application/json' -d '${ORDER}'`,
        `curl ${url}/health`,
        `curl ${url}/stream`,
      ]
    : [
        'This is BETFAIR, with your account: POST /orders places real bets.',
        `Open ${url}/ in a browser, or try:`,
        `curl ${url}/markets`,
        `curl ${url}/health`,
        `curl ${url}/stream`,
      ];
  return ['', ...lines, 'Ctrl-C stops it.', ''].join('\n');
}
