/** `lines`: what was bought is asked for too. */
export interface OrdersNeed {
  readonly lines: boolean;
}

export const ordersAtMost = 1000;
