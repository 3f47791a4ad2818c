/** What the sample reads of `listMarketCatalogue`. */
export interface MarketCatalogue {
  readonly marketId: string;
  readonly marketName: string;
  readonly event: { readonly name: string };
  readonly runners: readonly { readonly selectionId: number; readonly runnerName: string }[];
}

/** What it reads of `listMarketBook`. */
export interface MarketBook {
  readonly marketId: string;
  readonly runners: readonly {
    readonly selectionId: number;
    readonly ex: {
      readonly availableToBack: readonly { readonly price: number }[];
      readonly availableToLay: readonly { readonly price: number }[];
    };
  }[];
}

/** A market as `GET /markets` shows it; a price is missing where nobody offers one. */
export interface MarketPrices {
  readonly marketId: string;
  readonly name: string;
  readonly runners: readonly {
    readonly selectionId: number;
    readonly name: string;
    readonly back?: number | undefined;
    readonly lay?: number | undefined;
  }[];
}

export function pricesOf(market: MarketCatalogue, books: readonly MarketBook[]): MarketPrices {
  const book = books.find(({ marketId }) => marketId === market.marketId);
  return {
    marketId: market.marketId,
    name: `${market.event.name}: ${market.marketName}`,
    runners: market.runners.map(({ selectionId, runnerName }) => {
      const ex = book?.runners.find((runner) => runner.selectionId === selectionId)?.ex;
      const [back, lay] = [ex?.availableToBack[0]?.price, ex?.availableToLay[0]?.price];
      return { selectionId, name: runnerName, back, lay };
    }),
  };
}
