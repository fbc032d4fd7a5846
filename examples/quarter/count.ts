import { day, isVisitor } from './people.js';
import { codesIn, type PlayedCall, type ReadMail } from './play.js';

const hour = 3_600_000;

/** Figures by their name, as both sides give them. */
export type Figures = Readonly<Record<string, number>>;

/**
 * What must have happened, from what the shop told and from what lies in the mailbox. It knows nothing of the store, and has the rules of
 * the journeys written down once more. `texts`: what lies on the phone.
 */
export function countQuarter(calls: readonly PlayedCall[], mails: readonly ReadMail[], texts: number): Figures {
  const people = [...new Set(calls.map(({ who }) => who))].map((who) => lifeOf(who, calls, mails));
  const all = people.flatMap(({ carts }) => carts);
  const welcomed = people.filter(({ yesAt, orders }) => yesAt !== null && !orders.some(({ at }) => at < yesAt));
  const lapsed = people.filter(({ lapsedAt }) => lapsedAt !== null);
  const orders = people.flatMap((one) => one.orders.filter(({ isOld }) => !isOld));
  const ratings = named(calls, 'Feedback Submitted').map((call) => Number(propertyOf(call, 'rating')));
  const entered = all.filter(({ isEntered }) => isEntered);
  const lastWords = entered.filter(({ isLeftToTheEnd, value }) => isLeftToTheEnd && value >= 40);
  const arms = (ofTheirs: readonly Life[], prefix: string) => ({
    'ten-percent': ofTheirs.filter((one) => one.offerOf(prefix) === 'ten-percent').length,
    'free-shipping': ofTheirs.filter((one) => one.offerOf(prefix) === 'free-shipping').length,
  });
  const inTheWelcome = welcomed.filter((one) => !one.isHeldOut && !one.orders.some(({ at }) => at < one.yesAt! + sevenDays));
  const welcomeArms = arms(welcomed, 'HELLO-');
  const cartArms = arms(people, 'CART-');
  const backArms = arms(lapsed, 'BACK-');
  const silent = lapsed.filter((one) => !one.mails.some(({ subject, at }) => at >= one.lapsedAt! && isOfWinBack(subject)));
  return {
    'welcome-quiz entered': welcomed.length,
    'welcome-quiz converted': welcomed.filter(({ ordersInWelcome }) => ordersInWelcome).length,
    'welcome-quiz held out': welcomed.filter(({ isHeldOut }) => isHeldOut).length,
    'abandoned-cart entered': entered.length,
    'abandoned-cart not entered': all.length - entered.length,
    'abandoned-cart converted': entered.filter(({ isOrderedMeanwhile }) => isOrderedMeanwhile).length,
    'abandoned-cart exited': entered.filter(({ isEmptied }) => isEmptied).length,
    'check-in entered': orders.length,
    'check-in exited order-refunded': named(calls, 'Order Refunded').length,
    'check-in completed good-rating': ratings.filter((rating) => rating >= 4).length,
    'check-in completed low-rating': ratings.filter((rating) => rating <= 3).length,
    'review-request entered': ratings.filter((rating) => rating >= 4).length,
    'win-back entered': lapsed.length,
    'win-back converted': lapsed.filter(({ returns }) => returns).length,
    'arm welcome-offer ten-percent': welcomeArms['ten-percent'],
    'arm welcome-offer free-shipping': welcomeArms['free-shipping'],
    'arm welcome-offer none': inTheWelcome.length - welcomeArms['ten-percent'] - welcomeArms['free-shipping'],
    'arm cart-offer ten-percent': cartArms['ten-percent'],
    'arm cart-offer free-shipping': cartArms['free-shipping'],
    'arm cart-offer none': lastWords.length - cartArms['ten-percent'] - cartArms['free-shipping'],
    'arm win-back ten-percent': backArms['ten-percent'],
    'arm win-back free-shipping': backArms['free-shipping'],
    'arm win-back nothing': silent.length,
    'arm win-back no-incentive': lapsed.length - silent.length - backArms['ten-percent'] - backArms['free-shipping'],
    ...Object.fromEntries(prefixes.map((prefix) => [`codes ${prefix} shown`, codesShown(mails, prefix).size])),
    ...Object.fromEntries(
      prefixes.map((prefix) => [
        `codes ${prefix} redeemed`,
        new Set(calls.flatMap(({ code }) => (code?.startsWith(prefix) ? [code] : []))).size,
      ]),
    ),
    'emails arrived': mails.length,
    'texts arrived': texts,
    ...mailsByTemplate(mails),
  };
}

export const prefixes = ['HELLO-', 'CART-', 'BACK-'];

/** Until ten in the morning of the seventh day, when the welcome may offer something; the yes came at nine, ten, or in the afternoon. */
const sevenDays = 7 * day;

interface Life {
  readonly yesAt: number | null;
  readonly orders: readonly { readonly at: number; readonly isOld: boolean }[];
  readonly mails: readonly ReadMail[];
  readonly carts: readonly Cart[];
  /** 90 days after the only order from before the quarter; null: there was none. */
  readonly lapsedAt: number | null;
  /** Came back while the letters of the win-back went on. */
  readonly returns: boolean;
  readonly ordersInWelcome: boolean;
  /** Said yes, and got nothing of the welcome. */
  readonly isHeldOut: boolean;
  /** What the codes of this kind in their mail are worth; null: they have none. */
  readonly offerOf: (prefix: string) => 'ten-percent' | 'free-shipping' | null;
}

interface Cart {
  readonly value: number;
  readonly isEntered: boolean;
  readonly isOrderedMeanwhile: boolean;
  readonly isEmptied: boolean;
  /** Three days later it was neither ordered nor emptied. */
  readonly isLeftToTheEnd: boolean;
}

function lifeOf(who: string, allCalls: readonly PlayedCall[], allMails: readonly ReadMail[]): Life {
  const calls = allCalls.filter((call) => call.who === who);
  const mails = allMails.filter(({ to }) => to === `${who}@example.test`);
  const yes = named(calls, 'Consent Granted').find((call) => propertyOf(call, 'channel') === 'email');
  const orders = named(calls, 'Order Completed').map(({ at, lateByMs = 0 }) => ({ at: at - lateByMs, isOld: lateByMs > 0 }));
  const yesAt = yes?.at ?? null;
  const old = orders.find(({ isOld }) => isOld);
  const lapsedAt = old === undefined ? null : old.at + 90 * day;
  const welcomeEndsAt =
    yesAt === null
      ? 0
      : yesAt + (codesIn(mails.map(({ text }) => text).join(' ')).some((code) => code.startsWith('HELLO-')) ? 11 : 7) * day;
  return {
    yesAt,
    orders,
    mails,
    lapsedAt,
    carts: named(calls, 'Product Added').map((added) => cartOf(added, calls, orders)),
    // The last letter comes on the fifteenth day, and a week later it is over.
    returns: lapsedAt !== null && orders.some(({ at }) => at > lapsedAt && at < lapsedAt + 22 * day),
    ordersInWelcome: orders.some(({ at }) => yesAt !== null && at > yesAt && at < welcomeEndsAt),
    isHeldOut: yesAt !== null && !orders.some(({ at }) => at < yesAt) && !mails.some(({ subject }) => subject.startsWith('Welcome')),
    offerOf: (prefix) => {
      const shown = mails.find(({ text }) => codesIn(text).some((code) => code.startsWith(prefix)));
      return shown === undefined ? null : /\b10\s?%/.test(shown.text) ? 'ten-percent' : 'free-shipping';
    },
  };
}

function cartOf(added: PlayedCall, calls: readonly PlayedCall[], orders: Life['orders']): Cart {
  const idleAt = added.at + hour;
  const removed = named(calls, 'Product Removed').find(({ at }) => at > added.at);
  const isEntered = !isVisitor(added.who) && !orders.some(({ at }) => at <= idleAt && at > idleAt - day);
  const isOrderedMeanwhile = orders.some(({ at }) => at > idleAt && at < idleAt + 3 * day);
  return {
    value: Number(propertyOf(added, 'price')) * Number(propertyOf(added, 'quantity')),
    isEntered,
    isOrderedMeanwhile,
    isEmptied: removed !== undefined,
    isLeftToTheEnd: !isOrderedMeanwhile && removed === undefined,
  };
}

function named(calls: readonly PlayedCall[], event: string): readonly PlayedCall[] {
  return calls.filter(({ call }) => call.kind === 'track' && call.event === event);
}

function propertyOf({ call }: PlayedCall, name: string): unknown {
  return call.kind === 'track' ? call.properties[name] : undefined;
}

function codesShown(mails: readonly ReadMail[], prefix: string): ReadonlySet<string> {
  return new Set(mails.flatMap(({ text }) => codesIn(text)).filter((code) => code.startsWith(prefix)));
}

function isOfWinBack(subject: string): boolean {
  return ['win-back-letter', 'win-back-offer', 'win-back-ending', 'win-back-last'].some((template) => subjects[template]?.test(subject));
}

/** The subject that an English reader sees, by template. */
const subjects: Readonly<Record<string, RegExp>> = {
  'welcome-invite': /^Welcome, \w+\. What may we look for\?$/,
  'welcome-question': /^One question: /,
  'welcome-resume': /^You were almost there$/,
  'welcome-result-self': /^Your result: things for you$/,
  'welcome-result-gifts': /^Your result: gifts that fit$/,
  'welcome-style': /^In the style that you like$/,
  'welcome-favourites': /^What many of our customers like best$/,
  'welcome-offer': /^A code for your first order$/,
  'cart-reminder-1': /^\w+, your basket is waiting$/,
  'cart-reminder-2': /^Still thinking about /,
  'cart-reminder-3': /^A last note about your basket$/,
  'cart-offer': /^Something for your basket$/,
  'check-in-first': /^Is everything as you hoped\?$/,
  'check-in-repeat': /^How was your order\?$/,
  'delivery-status': /^Has your parcel arrived\?$/,
  'review-request': /^Would you tell others\?$/,
  'review-reminder': /^Two sentences about your order\?$/,
  'win-back-letter': /^\w+, it has been a while$/,
  'win-back-offer': /^\w+, something for your return$/,
  'win-back-last': /^Shall we go on writing\?$/,
};

/** Two templates share a subject: whose code it is tells which it is. */
export function templateOf({ subject, text }: ReadMail): string {
  if (subject.startsWith('Your code ends on '))
    return codesIn(text).some((code) => code.startsWith('BACK-')) ? 'win-back-ending' : 'welcome-offer-ending';
  return Object.entries(subjects).find(([, pattern]) => pattern.test(subject))?.[0] ?? `unknown: ${subject}`;
}

function mailsByTemplate(mails: readonly ReadMail[]): Figures {
  const counts: Record<string, number> = {};
  for (const mail of mails) counts[`mails ${templateOf(mail)}`] = (counts[`mails ${templateOf(mail)}`] ?? 0) + 1;
  return counts;
}

/** Each figure that the two sides give differently, in a sentence; a figure that one side lacks is 0 there. */
export function disagreements(told: Figures, counted: Figures): readonly string[] {
  return [...new Set([...Object.keys(told), ...Object.keys(counted)])].flatMap((name) => {
    const [ours, theirs] = [told[name] ?? 0, counted[name] ?? 0];
    return ours === theirs ? [] : [`${name}: Sojourn says ${ours}, the recount ${theirs}.`];
  });
}
