// Questions to Shopify's Admin API (GraphQL, version `apiVersion`). A question may cost 1000 points: a thing costs one, and a list as many
// as it may have. So changed things are asked for by their ids, and those that Sojourn does not know yet one by one.

/** What changed, the oldest change first. `since`: such as `updated_at:>='2026-11-30T12:00:00Z'`. */
export const changedOrders = `query ChangedOrders($since: String!, $after: String) {
  orders(first: 250, after: $after, query: $since, sortKey: UPDATED_AT) {
    nodes { id updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}`;

const money = '{ shopMoney { amount currencyCode } }';
const address = '{ firstName lastName countryCodeV2 }';
const customer = '{ id firstName lastName defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } }';
const line = `{
  id title sku quantity product { id } variant { id }
  originalUnitPriceSet ${money}
  discountAllocations { allocatedAmountSet ${money} }
}`;

export const wholeOrder = `query WholeOrder($id: ID!) {
  order(id: $id) {
    id name email phone test sourceName currencyCode customerLocale cartToken checkoutToken discountCodes
    createdAt updatedAt processedAt cancelledAt cancelReason displayFinancialStatus
    customer ${customer}
    shippingAddress ${address}
    billingAddress ${address}
    totalPriceSet ${money}
    currentTotalPriceSet ${money}
    totalTaxSet ${money}
    currentTotalTaxSet ${money}
    totalShippingPriceSet ${money}
    totalDiscountsSet ${money}
    refunds { id }
    fulfillments { id status displayStatus updatedAt trackingInfo(first: 1) { url } }
  }
}`;

export const orderLines = `query OrderLines($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 50, after: $after) { nodes ${line} pageInfo { hasNextPage endCursor } } }
}`;

export const wholeRefund = `query WholeRefund($id: ID!) {
  refund(id: $id) {
    id createdAt
    transactions(first: 50) { nodes { kind status amountSet ${money} } }
  }
}`;

export const refundLines = `query RefundLines($id: ID!, $after: String) {
  refund(id: $id) { refundLineItems(first: 50, after: $after) { nodes { quantity lineItem ${line} } pageInfo { hasNextPage endCursor } } }
}`;

/** Checkouts that were left, bought since or not. Shopify sorts them by their ids alone. */
export const changedCheckouts = `query ChangedCheckouts($since: String!, $after: String) {
  abandonedCheckouts(first: 250, after: $after, query: $since) {
    nodes { id updatedAt completedAt customer { id } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const wholeCheckout = `query WholeCheckout($id: ID!) {
  node(id: $id) { ... on AbandonedCheckout {
    id updatedAt completedAt abandonedCheckoutUrl
    customer ${customer}
    shippingAddress ${address}
    billingAddress ${address}
    totalPriceSet ${money}
  } }
}`;

export const checkoutLines = `query CheckoutLines($id: ID!, $after: String) {
  node(id: $id) { ... on AbandonedCheckout {
    lineItems(first: 100, after: $after) {
      nodes { title sku quantity product { id } variant { id } originalUnitPriceSet ${money} }
      pageInfo { hasNextPage endCursor }
    }
  } }
}`;

/** Webhooks that this app set up over the API. Those of its file are not listed. */
export const subscriptions = `query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { id topic uri format filter includeFields }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const subscribe = `mutation Subscribe($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}`;

/** What a discount with codes gives. `id`: `gid://shopify/DiscountCodeNode/…`. */
export const discount = `query Discount($id: ID!) {
  codeDiscountNode(id: $id) { id codeDiscount {
    ... on DiscountCodeBasic { status endsAt appliesOncePerCustomer usageLimit customerGets { value {
      ... on DiscountPercentage { percentage }
      ... on DiscountAmount { amount { amount currencyCode } }
    } } }
    ... on DiscountCodeFreeShipping { status endsAt usageLimit }
    ... on DiscountCodeBxgy { status endsAt usageLimit }
    __typename
  } }
}`;

/** 250 codes at most. It goes on by itself: `bulkCreation` says how far it is. */
export const addCodes = `mutation AddCodes($discountId: ID!, $codes: [DiscountRedeemCodeInput!]!) {
  discountRedeemCodeBulkAdd(discountId: $discountId, codes: $codes) {
    bulkCreation { id }
    userErrors { field message }
  }
}`;

export const codesAdded = `query CodesAdded($id: ID!, $after: String) {
  discountRedeemCodeBulkCreation(id: $id) {
    done failedCount
    codes(first: 250, after: $after) {
      nodes { code errors { code message } discountRedeemCode { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
