import {
  badInput,
  numberOf,
  oneOf,
  recordOf,
  textOf,
  wholeNumberOf,
  withNumbers,
  type Params,
} from '../api/params.js';

const SIDES = ['BACK', 'LAY'] as const;
const ORDER_TYPES = ['LIMIT', 'LIMIT_ON_CLOSE', 'MARKET_ON_CLOSE'] as const;
const PERSISTENCE_TYPES = ['LAPSE', 'PERSIST', 'MARKET_ON_CLOSE'] as const;
const ORDERS = ['limitOrder', 'limitOnCloseOrder', 'marketOnCloseOrder'];
export const MAX_REFERENCE_LENGTH = 32;

export interface PlaceInstruction {
  /** Instruction as it was sent, with numbers in texts converted. */
  readonly instruction: Params;
  readonly selectionId: number;
  readonly handicap: number;
  readonly side: (typeof SIDES)[number];
  readonly orderType: (typeof ORDER_TYPES)[number];
  readonly persistenceType: (typeof PERSISTENCE_TYPES)[number];
  /** Liability of an order at the starting price; 0 in a limit order. */
  readonly bspLiability: number;
  /** Worst price that an order at the starting price accepts, if any. */
  readonly bspLimit?: number | undefined;
  readonly customerOrderRef?: string | undefined;
}

/** Price and size of a limit order, if they were sent. */
export interface LimitTerms {
  readonly price?: number | undefined;
  readonly size?: number | undefined;
}

/**
 * Reads an instruction. Without a `limitOrder` the side may be missing too.
 *
 * @throws SimulatedApiError a member is missing, or not valid at Betfair
 */
export function readInstruction(sent: Params): PlaceInstruction & { readonly limit?: LimitTerms } {
  const orders = ORDERS.flatMap((name) => {
    const order = recordOf(sent, name);
    return order ? [[name, withNumbers(order, 'price', 'size', 'liability')] as const] : [];
  });
  const { limitOrder, limitOnCloseOrder, marketOnCloseOrder }: Record<string, Params | undefined> =
    Object.fromEntries(orders);
  const selectionId = wholeNumberOf(sent, 'selectionId');
  if (selectionId === undefined) throw badInput('selectionId');
  const side = oneOf(sent, 'side', SIDES);
  if (limitOrder && side === undefined) throw badInput('side');
  const orderType = oneOf(sent, 'orderType', ORDER_TYPES) ?? 'LIMIT';
  if (limitOrder && orderType !== 'LIMIT') throw badInput('orderType');
  return {
    instruction: {
      ...withNumbers(sent, 'selectionId', 'handicap'),
      ...Object.fromEntries(orders),
    },
    selectionId,
    handicap: numberOf(sent, 'handicap') ?? 0,
    side: side ?? 'BACK',
    orderType,
    persistenceType: oneOf(limitOrder ?? {}, 'persistenceType', PERSISTENCE_TYPES) ?? 'LAPSE',
    bspLiability: numberOf(limitOnCloseOrder ?? marketOnCloseOrder ?? {}, 'liability') ?? 0,
    bspLimit: numberOf(limitOnCloseOrder ?? {}, 'price'),
    customerOrderRef: textOf(sent, 'customerOrderRef', MAX_REFERENCE_LENGTH),
    ...(limitOrder && {
      limit: { price: numberOf(limitOrder, 'price'), size: numberOf(limitOrder, 'size') },
    }),
  };
}
