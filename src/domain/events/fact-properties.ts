import type { KnownFactName } from './fact.js';

/** A property that Sojourn puts into a fact, or reads by the e-commerce spec; the shop's own are there beside it. */
export interface FactProperty {
  readonly name: string;
  readonly meaning: string;
}

const cart: readonly FactProperty[] = [
  { name: 'cart_value', meaning: 'what the cart is worth now' },
  { name: 'cart_lines', meaning: 'how many lines it has' },
  { name: 'cart_currency', meaning: 'its currency, such as GBP' },
];
const order: readonly FactProperty[] = [
  { name: 'total', meaning: 'what the order comes to' },
  { name: 'currency', meaning: 'in which currency' },
  { name: 'order_id', meaning: 'the shop’s id of the order' },
  { name: 'coupon', meaning: 'the code that was used, where the event says it' },
];
const shipment: readonly FactProperty[] = [
  { name: 'order_id', meaning: 'the shop’s id of the order' },
  { name: 'shipment_id', meaning: 'of the shipment; all, where the order has only one' },
  { name: 'all_delivered', meaning: 'true: nothing of the order is under way any more' },
];
const sentBack: readonly FactProperty[] = [
  { name: 'order_id', meaning: 'the shop’s id of the order' },
  { name: 'return_id', meaning: 'of the return; all, where the order has only one' },
];
const ticket: readonly FactProperty[] = [
  { name: 'ticket_id', meaning: 'of the ticket' },
  { name: 'order_id', meaning: 'the order that it is about, where the event says it' },
  { name: 'priority', meaning: 'such as high, where the event says it' },
];
const task: readonly FactProperty[] = [
  { name: 'task_id', meaning: 'of the task' },
  { name: 'reason', meaning: 'why it was opened, such as low-rating' },
  { name: 'journey', meaning: 'the journey that opened it' },
  { name: 'step', meaning: 'the step that opened it' },
  { name: 'order_id', meaning: 'the order that it is about, where there is one' },
];
const consent: readonly FactProperty[] = [
  { name: 'channel', meaning: 'email or sms' },
  { name: 'topic', meaning: 'about what' },
  { name: 'method', meaning: 'how it was given, such as form' },
  { name: 'source', meaning: 'where, such as checkout' },
];
const message: readonly FactProperty[] = [
  { name: 'message_id', meaning: 'the message' },
  { name: 'journey', meaning: 'the journey that sent it' },
  { name: 'step', meaning: 'the step that sent it' },
  { name: 'channel', meaning: 'email or sms' },
];

const segment: readonly FactProperty[] = [{ name: 'segment', meaning: 'the id of the segment' }];

const change: readonly FactProperty[] = [
  { name: 'product_id', meaning: 'the product' },
  { name: 'price', meaning: 'its price now' },
];

/** What `event_property` finds in each fact. Of a track call of the shop's own (`event:…`) it finds what the call carries. */
export const factProperties: Readonly<Partial<Record<KnownFactName, readonly FactProperty[]>>> = {
  'profile.updated': [{ name: 'changed', meaning: 'the names of the traits that changed' }],
  'consent.granted': consent,
  'consent.revoked': consent,
  'product.viewed': [
    { name: 'product_id', meaning: 'the product' },
    { name: 'name', meaning: 'its name' },
    { name: 'category', meaning: 'its category' },
    { name: 'price', meaning: 'its price' },
  ],
  'product.restocked': change,
  'product.price_dropped': [...change, { name: 'was', meaning: 'the price before' }],
  'page.viewed': [
    { name: 'url', meaning: 'the address of the page' },
    { name: 'title', meaning: 'its title' },
  ],
  'cart.updated': cart,
  'cart.emptied': cart,
  'checkout.started': cart,
  'checkout.updated': cart,
  'order.created': order,
  'order.paid': order,
  'order.updated': order,
  'order.cancelled': order,
  'order.refunded': [...order, { name: 'full', meaning: 'true: nothing of the order is left' }],
  'shipment.created': shipment,
  'shipment.exception': [...shipment, { name: 'reason', meaning: 'what is wrong, where the event says it' }],
  'shipment.delivered': shipment,
  'return.opened': sentBack,
  'return.closed': sentBack,
  'ticket.opened': ticket,
  'ticket.closed': ticket,
  'task.closed': task,
  'hold.released': [{ name: 'reason', meaning: 'why marketing was on hold' }],
  'feedback.submitted': [
    { name: 'rating', meaning: 'as the shop counts it, mostly 1 to 5' },
    { name: 'order_id', meaning: 'the order that it is about, where the event says it' },
  ],
  'product.reviewed': [
    { name: 'rating', meaning: 'as the shop counts it, mostly 1 to 5' },
    { name: 'product_id', meaning: 'the product' },
  ],
  'message.delivered': message,
  'message.bounced': [...message, { name: 'code', meaning: 'what the provider said, such as 5.1.1' }],
  'message.failed': [...message, { name: 'code', meaning: 'what the provider said, such as 30003' }],
  'message.opened': message,
  'message.clicked': [...message, { name: 'link', meaning: 'the number of the link' }, { name: 'url', meaning: 'where it leads' }],
  'message.replied': [{ name: 'channel', meaning: 'sms' }],
  'message.complained': message,
  'segment.entered': segment,
  'segment.left': segment,
};
