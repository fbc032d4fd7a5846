type Fields = Record<string, unknown>;

export const pounds = (amount: string): Fields => ({ shopMoney: { amount, currencyCode: 'GBP' } });

/** A line of an order or a checkout as the Admin API has it: two mugs. */
export const mugs: Fields = {
  id: 'gid://shopify/LineItem/1',
  title: 'Mug',
  quantity: 2,
  product: { id: 'gid://shopify/Product/632910392' },
  variant: { id: 'gid://shopify/ProductVariant/808950810' },
  originalUnitPriceSet: pounds('20.00'),
  discountAllocations: [],
};

/** An order as the Admin API has it. `at`: when it was placed and last changed. */
export function shopOrder(number: string, at: string, more: Fields = {}): Fields {
  return {
    id: `gid://shopify/Order/${number}`,
    name: '#1001',
    email: 'ada@example.com',
    test: false,
    currencyCode: 'GBP',
    cartToken: 'c1-7a',
    checkoutToken: 'bd5a',
    discountCodes: [],
    createdAt: at,
    updatedAt: at,
    processedAt: at,
    displayFinancialStatus: 'PAID',
    totalPriceSet: pounds('40.00'),
    currentTotalPriceSet: pounds('40.00'),
    currentTotalTaxSet: pounds('0.00'),
    totalShippingPriceSet: pounds('0.00'),
    refunds: [],
    fulfillments: [],
    lineItems: [mugs],
    ...more,
  };
}

/** A checkout that was left, as the Admin API has it. */
export function shopCheckout(number: string, at: string, customer: string, more: Fields = {}): Fields {
  return {
    id: `gid://shopify/AbandonedCheckout/${number}`,
    name: `#${number}`,
    updatedAt: at,
    completedAt: null,
    abandonedCheckoutUrl: `https://beans.example/1/checkouts/ac/hWN4TzYwQ2Z5d0JkTmE/recover?key=secret-key`,
    customer: { id: `gid://shopify/Customer/${customer}`, defaultEmailAddress: { emailAddress: 'ada@example.com' } },
    totalPriceSet: pounds('40.00'),
    lineItems: [mugs],
    ...more,
  };
}
