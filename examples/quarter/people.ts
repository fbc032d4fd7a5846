/** One call of the shop's event client, at its instant (milliseconds UTC). */
export interface QuarterCall {
  readonly at: number;
  readonly who: string;
  readonly call:
    | { readonly kind: 'identify'; readonly traits: Readonly<Record<string, unknown>> }
    | { readonly kind: 'track'; readonly event: string; readonly properties: Readonly<Record<string, unknown>> };
  /** The order uses the newest code that the person has got by mail: one that begins so. Absent: none. */
  readonly usesCode?: string;
  /** It happened so long before it is told: what the shop knew before it had Sojourn. */
  readonly lateByMs?: number;
}

const minute = 60_000;
const hour = 60 * minute;
export const day = 24 * hour;

/** Tuesday, nine in the morning in London. */
export const quarterStartsAt = Date.UTC(2026, 8, 1, 8);
export const quarterDays = 91;

/** How many live each story. Of a story, people differ by their number: what they do next, and on which day. */
const subscribers = 16;
const leavers = 16;
const oldCustomers = 16;
const buyers = 12;
const visitors = 4;

/** A shop's quarter, in order of time. The same every time: nobody rolls dice. */
export function shopQuarter(): readonly QuarterCall[] {
  const calls = [
    ...numbered(subscribers).flatMap(subscribes),
    ...numbered(leavers).flatMap(leavesACart),
    ...numbered(oldCustomers).flatMap(lapses),
    ...numbered(buyers).flatMap(buys),
    ...numbered(visitors).flatMap(onlyLooks),
  ];
  return calls.sort((a, b) => a.at - b.at);
}

function numbered(people: number): readonly number[] {
  return Array.from({ length: people }, (_, number) => number);
}

/** Day and hour of the quarter; minutes tell people apart. */
function on(days: number, hours: number, minutes = 0): number {
  return quarterStartsAt + days * day + hours * hour + minutes * minute;
}

function person(story: string, number: number): string {
  return `${story}-${number + 1}`;
}

const textTopics = ['welcome', 'cart_reminder', 'check_in'];
const firstNames = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gwen', 'Hal'];

function introduce(
  who: string,
  at: number,
  { story, number, texts }: { story: number; number: number; texts: boolean },
): readonly QuarterCall[] {
  const phone = `+44${7_700_900_000 + story * 100 + number}`;
  const traits = { email: `${who}@example.test`, phone, firstName: firstNames[number % firstNames.length], country: 'GB' };
  const yes = { method: 'form', source: 'shop', text: 'Yes, write to me.' };
  return [
    { at, who, call: { kind: 'identify', traits } },
    track(who, at + 1_000, 'Consent Granted', { ...yes, channel: 'email' }),
    // A text needs a yes to its own topic.
    ...(texts
      ? textTopics.map((topic, place) => track(who, at + (2 + place) * 1_000, 'Consent Granted', { ...yes, channel: 'sms', topic }))
      : []),
  ];
}

function track(who: string, at: number, event: string, properties: Readonly<Record<string, unknown>>): QuarterCall {
  return { at, who, call: { kind: 'track', event, properties } };
}

const goods = [
  { product_id: 'rug', name: 'Wool rug', price: 80 },
  { product_id: 'lamp', name: 'Paper lamp', price: 45 },
  { product_id: 'mug', name: 'Blue mug', price: 24 },
];

function goodsOf(number: number) {
  return { ...goods[number % goods.length]!, quantity: 1 };
}

interface Ordered {
  readonly number: number;
  readonly order: string;
  readonly cart?: string;
  readonly usesCode?: string;
}

function order(who: string, at: number, { number, order: id, cart, usesCode }: Ordered): QuarterCall {
  const line = goodsOf(number);
  const properties = {
    order_id: id,
    ...(cart === undefined ? {} : { cart_id: cart }),
    total: line.price,
    currency: 'GBP',
    products: [line],
  };
  return { ...track(who, at, 'Order Completed', properties), ...(usesCode === undefined ? {} : { usesCode }) };
}

/** The parcel is sent on the next day and arrives two days later; then it is asked about, and answered (null: it is not). */
function receives(who: string, orderedAt: number, { order: id, rating }: { readonly order: string; readonly rating: number | null }) {
  const parcel = { order_id: id, shipment_id: `parcel-${id}` };
  const deliveredAt = orderedAt + 3 * day;
  return [
    track(who, orderedAt + day, 'Shipment Created', parcel),
    track(who, deliveredAt, 'Shipment Delivered', parcel),
    // Three days to use it, the next morning at ten, and some hours.
    ...(rating === null ? [] : [track(who, deliveredAt + 4 * day + 3 * hour, 'Feedback Submitted', { order_id: id, rating })]),
  ];
}

/** Says yes to our emails; takes the quiz, begins it or does not; buys early, buys with the code of the seventh day, or does not buy. */
function subscribes(number: number): readonly QuarterCall[] {
  const who = person('subscriber', number);
  const first = 2 + number * 2;
  const at = on(first, 1, number);
  const quiz = { quiz: 'gift-finder', version: 1 };
  const id = `order-${who}`;
  const buysEarly = number % 8 === 3;
  const orderedAt = buysEarly ? at + 2 * day : at + 9 * day;
  const takes = [
    track(who, at + hour, 'Quiz Started', quiz),
    ...(number % 4 === 2
      ? []
      : [
          track(who, at + hour + 5 * minute, 'Quiz Completed', {
            ...quiz,
            answers: { shops_for: number % 2 === 0 ? 'self' : 'family', style: 'modern' },
          }),
        ]),
  ];
  return [
    ...introduce(who, at, { story: 1, number, texts: number % 3 === 0 }),
    ...(number % 4 === 1 ? [] : takes),
    ...(buysEarly || number % 2 === 0
      ? [
          order(who, orderedAt, { number, order: id, ...(buysEarly ? {} : { usesCode: 'HELLO-' }) }),
          ...receives(who, orderedAt, { order: id, rating: number % 4 === 0 ? 5 : null }),
        ]
      : []),
  ];
}

/**
 * Has been in the welcome, more than 60 days before (nobody gets two offers within that time). Fills a cart and goes: never comes back,
 * orders after the first email, orders with the code of the last word, or empties the cart.
 */
function leavesACart(number: number): readonly QuarterCall[] {
  const who = person('leaver', number);
  const at = on(68 + number, 3, number);
  const cart = `cart-${who}`;
  const line = goodsOf(number);
  const id = `order-${who}`;
  const added = track(who, at, 'Product Added', { ...line, cart_id: cart, currency: 'GBP' });
  const leavings: readonly (readonly QuarterCall[])[] = [
    [],
    [order(who, at + 20 * hour, { number, order: id, cart }), ...receives(who, at + 20 * hour, { order: id, rating: 4 })],
    [order(who, at + 4 * day, { number, order: id, cart, usesCode: 'CART-' })],
    [track(who, at + 30 * hour, 'Product Removed', { ...line, cart_id: cart, currency: 'GBP' })],
  ];
  return [...introduce(who, on(0, 5, number), { story: 2, number, texts: number % 2 === 0 }), added, ...leavings[number % 4]!];
}

/** Bought before the quarter began, and lapses in it: comes back with the code, comes back later without one, or does not. */
function lapses(number: number): readonly QuarterCall[] {
  const who = person('old-customer', number);
  const lapsesOn = 6 + number * 3;
  const at = on(0, 0, number);
  const boughtAt = on(lapsesOn, 4) - 90 * day;
  const before = order(who, at, { number, order: `order-${who}-before` });
  const backAt = on(lapsesOn + 4, 9);
  const back: readonly (readonly QuarterCall[])[] = [
    [
      order(who, backAt, { number, order: `order-${who}-back`, usesCode: 'BACK-' }),
      ...receives(who, backAt, { order: `order-${who}-back`, rating: 5 }),
    ],
    [],
    [order(who, backAt + 20 * day, { number, order: `order-${who}-back` })],
    [],
  ];
  return [{ ...before, lateByMs: at - boughtAt }, ...introduce(who, at + minute, { story: 3, number, texts: false }), ...back[number % 4]!];
}

/** Orders at once: likes it, does not, says nothing, sends it back. */
function buys(number: number): readonly QuarterCall[] {
  const who = person('buyer', number);
  const at = on(5 + number * 5, 5, number);
  const id = `order-${who}`;
  const after: readonly (readonly QuarterCall[])[] = [
    receives(who, at, { order: id, rating: 5 }),
    receives(who, at, { order: id, rating: 2 }),
    receives(who, at, { order: id, rating: null }),
    [track(who, at + 2 * hour, 'Order Refunded', { order_id: id, total: goodsOf(number).price, currency: 'GBP' })],
  ];
  // They say yes at the checkout: the order ends the welcome that it begins.
  const [identify, ...yes] = introduce(who, at - minute, { story: 4, number, texts: number % 2 === 1 });
  return [
    identify!,
    order(who, at, { number, order: id }),
    ...yes.map((call) => ({ ...call, at: at - 30_000 })),
    ...after[number % 4]!,
  ].sort((a, b) => a.at - b.at);
}

/** Fills a cart and says nothing of themselves. */
function onlyLooks(number: number): readonly QuarterCall[] {
  const who = person('visitor', number);
  return [track(who, on(10 + number * 9, 6), 'Product Added', { ...goodsOf(number), cart_id: `cart-${who}`, currency: 'GBP' })];
}

/** Who has no id of the shop's: a visitor. */
export function isVisitor(who: string): boolean {
  return who.startsWith('visitor-');
}
