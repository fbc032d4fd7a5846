/** The part of Shopify's Admin schema (2026-07) that Sojourn asks of, with Shopify's names and types. */
export const adminSchemaText = `
scalar DateTime
scalar Decimal
scalar URL

interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type MoneyV2 { amount: Decimal! currencyCode: String! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2 }
type UserError { field: [String!] message: String! }

type CustomerEmailAddress { emailAddress: String! }
type CustomerPhoneNumber { phoneNumber: String! }
type Customer { id: ID! firstName: String lastName: String defaultEmailAddress: CustomerEmailAddress defaultPhoneNumber: CustomerPhoneNumber }
type MailingAddress { firstName: String lastName: String countryCodeV2: String }
type Product { id: ID! }
type ProductVariant { id: ID! }

type DiscountAllocation { allocatedAmountSet: MoneyBag! }
type LineItem {
  id: ID! title: String! sku: String quantity: Int! product: Product variant: ProductVariant
  originalUnitPriceSet: MoneyBag! discountAllocations: [DiscountAllocation!]!
}
type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }

type FulfillmentTrackingInfo { url: URL number: String company: String }
type Fulfillment {
  id: ID! status: String! displayStatus: String updatedAt: DateTime!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
}

type OrderTransaction { kind: String! status: String! amountSet: MoneyBag! }
type OrderTransactionConnection { nodes: [OrderTransaction!]! pageInfo: PageInfo! }
type RefundLineItem { quantity: Int! lineItem: LineItem! }
type RefundLineItemConnection { nodes: [RefundLineItem!]! pageInfo: PageInfo! }
type Refund {
  id: ID! createdAt: DateTime
  transactions(first: Int, after: String): OrderTransactionConnection!
  refundLineItems(first: Int, after: String): RefundLineItemConnection!
}

type Order {
  id: ID! name: String! email: String phone: String test: Boolean! sourceName: String currencyCode: String! customerLocale: String
  cartToken: String checkoutToken: String discountCodes: [String!]!
  createdAt: DateTime! updatedAt: DateTime! processedAt: DateTime! cancelledAt: DateTime cancelReason: String
  displayFinancialStatus: String customer: Customer shippingAddress: MailingAddress billingAddress: MailingAddress
  totalPriceSet: MoneyBag! currentTotalPriceSet: MoneyBag! totalTaxSet: MoneyBag currentTotalTaxSet: MoneyBag!
  totalShippingPriceSet: MoneyBag! totalDiscountsSet: MoneyBag
  refunds(first: Int): [Refund!]! fulfillments(first: Int): [Fulfillment!]!
  lineItems(first: Int, after: String): LineItemConnection!
}
type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
enum OrderSortKeys { UPDATED_AT CREATED_AT ID PROCESSED_AT }

type AbandonedCheckoutLineItem {
  title: String sku: String quantity: Int! product: Product variant: ProductVariant originalUnitPriceSet: MoneyBag!
}
type AbandonedCheckoutLineItemConnection { nodes: [AbandonedCheckoutLineItem!]! pageInfo: PageInfo! }
type AbandonedCheckout implements Node {
  id: ID! name: String! updatedAt: DateTime! completedAt: DateTime abandonedCheckoutUrl: URL! customer: Customer
  shippingAddress: MailingAddress billingAddress: MailingAddress totalPriceSet: MoneyBag!
  lineItems(first: Int, after: String): AbandonedCheckoutLineItemConnection!
}
type AbandonedCheckoutConnection { nodes: [AbandonedCheckout!]! pageInfo: PageInfo! }

type WebhookSubscription { id: ID! topic: String! uri: String! format: String! filter: String includeFields: [String!]! }
type WebhookSubscriptionConnection { nodes: [WebhookSubscription!]! pageInfo: PageInfo! }
enum WebhookSubscriptionFormat { JSON XML }
input WebhookSubscriptionInput { uri: String format: WebhookSubscriptionFormat includeFields: [String!] filter: String }
type WebhookSubscriptionCreatePayload { webhookSubscription: WebhookSubscription userErrors: [UserError!]! }
enum WebhookSubscriptionTopic {
  APP_UNINSTALLED CARTS_CREATE CARTS_UPDATE CHECKOUTS_CREATE CHECKOUTS_UPDATE CHECKOUTS_DELETE
  ORDERS_CREATE ORDERS_PAID ORDERS_UPDATED ORDERS_FULFILLED ORDERS_PARTIALLY_FULFILLED ORDERS_CANCELLED ORDERS_EDITED ORDERS_DELETE
  FULFILLMENTS_CREATE FULFILLMENTS_UPDATE FULFILLMENT_EVENTS_CREATE FULFILLMENT_EVENTS_DELETE REFUNDS_CREATE
  RETURNS_REQUEST RETURNS_APPROVE RETURNS_REOPEN RETURNS_DECLINE RETURNS_CANCEL RETURNS_CLOSE RETURNS_UPDATE RETURNS_PROCESS
  CUSTOMERS_CREATE CUSTOMERS_UPDATE CUSTOMERS_DELETE CUSTOMERS_MERGE CUSTOMER_TAGS_ADDED CUSTOMER_TAGS_REMOVED
  CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE CUSTOMERS_MARKETING_CONSENT_UPDATE
  PRODUCTS_CREATE PRODUCTS_UPDATE PRODUCTS_DELETE INVENTORY_LEVELS_UPDATE INVENTORY_ITEMS_UPDATE
  DISCOUNTS_CREATE DISCOUNTS_UPDATE DISCOUNTS_DELETE DISCOUNTS_REDEEMCODE_ADDED DISCOUNTS_REDEEMCODE_REMOVED APP_SCOPES_UPDATE
}

type DiscountPercentage { percentage: Float! }
type DiscountAmount { amount: MoneyV2! }
union DiscountCustomerGetsValue = DiscountPercentage | DiscountAmount
type DiscountCustomerGets { value: DiscountCustomerGetsValue! }
enum DiscountStatus { ACTIVE EXPIRED SCHEDULED }
type DiscountCodeBasic { status: DiscountStatus! endsAt: DateTime usageLimit: Int appliesOncePerCustomer: Boolean! customerGets: DiscountCustomerGets! }
type DiscountCodeFreeShipping { status: DiscountStatus! endsAt: DateTime usageLimit: Int }
type DiscountCodeBxgy { status: DiscountStatus! endsAt: DateTime usageLimit: Int }
union DiscountCode = DiscountCodeBasic | DiscountCodeFreeShipping | DiscountCodeBxgy
type DiscountCodeNode { id: ID! codeDiscount: DiscountCode! }
input DiscountRedeemCodeInput { code: String! }
type DiscountUserError { field: [String!] message: String! code: String }
type DiscountRedeemCode { id: ID! code: String! }
type DiscountRedeemCodeBulkCreationCode { code: String! errors: [DiscountUserError!]! discountRedeemCode: DiscountRedeemCode }
type DiscountRedeemCodeBulkCreationCodeConnection { nodes: [DiscountRedeemCodeBulkCreationCode!]! pageInfo: PageInfo! }
type DiscountRedeemCodeBulkCreation {
  id: ID! done: Boolean! codesCount: Int! failedCount: Int! importedCount: Int!
  codes(first: Int, after: String): DiscountRedeemCodeBulkCreationCodeConnection!
}
type DiscountRedeemCodeBulkAddPayload { bulkCreation: DiscountRedeemCodeBulkCreation userErrors: [DiscountUserError!]! }

type Query {
  codeDiscountNode(id: ID!): DiscountCodeNode
  discountRedeemCodeBulkCreation(id: ID!): DiscountRedeemCodeBulkCreation
  orders(first: Int, after: String, query: String, sortKey: OrderSortKeys): OrderConnection!
  order(id: ID!): Order
  refund(id: ID!): Refund
  abandonedCheckouts(first: Int, after: String, query: String): AbandonedCheckoutConnection!
  node(id: ID!): Node
  webhookSubscriptions(first: Int, after: String): WebhookSubscriptionConnection!
}
type Mutation {
  webhookSubscriptionCreate(topic: WebhookSubscriptionTopic!, webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionCreatePayload
  discountRedeemCodeBulkAdd(discountId: ID!, codes: [DiscountRedeemCodeInput!]!): DiscountRedeemCodeBulkAddPayload
}
`;
