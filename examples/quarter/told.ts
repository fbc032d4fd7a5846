import { sql } from 'kysely';
import type { JourneyReport } from '../../src/api/contract/journeys.js';
import type { OfferReports } from '../../src/api/contract/offers.js';
import { type Figures, prefixes } from './count.js';
import type { SteppedInstance } from './stepped-instance.js';

export const journeyIds = ['welcome-quiz', 'abandoned-cart', 'check-in', 'review-request', 'win-back'] as const;

export interface ToldMessage {
  readonly id: string;
  readonly channel: string;
  readonly template: string;
  readonly state: string;
  readonly reason: string | null;
  readonly providerId: string | null;
}

/** What Sojourn says of the quarter. */
export interface ToldQuarter {
  readonly reports: readonly JourneyReport[];
  readonly offers: OfferReports['items'];
  readonly arms: readonly { readonly experiment: string; readonly arm: string; readonly people: number }[];
  readonly messages: readonly ToldMessage[];
}

export async function askForQuarter({ api, db }: SteppedInstance): Promise<ToldQuarter> {
  const reports: JourneyReport[] = [];
  for (const id of journeyIds) reports.push(await api.get<JourneyReport>(`/v1/journeys/${id}/report`));
  const { items: offers } = await api.get<OfferReports>('/v1/offer-reports');
  // Over the API, arms stay hidden until the first planned look: who looks every day would stop at a lucky one.
  const { rows: arms } = await sql<ToldQuarter['arms'][number]>`
    select experiment, arm, count(*)::int as people from exposures group by experiment, arm order by experiment, arm`.execute(db);
  return { reports, offers, arms, messages: await api.all<ToldMessage>('/v1/messages') };
}

/** The figures that the recount gives too, by the same names. */
export function figuresOf({ reports, offers, arms, messages }: ToldQuarter): Figures {
  const figures: Record<string, number> = {};
  const add = (name: string, count: number): void => {
    figures[name] = (figures[name] ?? 0) + count;
  };
  for (const { journeyId, entered, ended, notEntered } of reports) {
    add(`${journeyId} entered`, entered);
    if (journeyId === 'abandoned-cart') for (const { count } of notEntered) add(`${journeyId} not entered`, count);
    for (const { outcome, reason, count } of ended) {
      if (outcome === 'converted') add(`${journeyId} converted`, count);
      if (journeyId === 'abandoned-cart' && outcome === 'exited') add(`${journeyId} exited`, count);
      if (journeyId === 'check-in' && recountedEnds.has(reason)) add(`${journeyId} ${outcome} ${reason}`, count);
    }
  }
  for (const { experiment, arm, people } of arms) {
    if (experiment === 'holdout:welcome-quiz' && arm === 'held-out') add('welcome-quiz held out', people);
    if (!experiment.startsWith('holdout:')) add(`arm ${experiment} ${arm}`, people);
  }
  for (const [place, family] of ['welcome-', 'cart-', 'win-back-'].entries())
    for (const { id, shown, redeemed } of offers) {
      if (!id.startsWith(family)) continue;
      add(`codes ${prefixes[place]} shown`, shown);
      add(`codes ${prefixes[place]} redeemed`, redeemed);
    }
  const sent = sentOf(messages);
  add('emails arrived', sent.filter(({ channel }) => channel === 'email').length);
  add('texts arrived', sent.filter(({ channel }) => channel === 'sms').length);
  for (const { channel, template } of sent) if (channel === 'email') add(`mails ${template}`, 1);
  return figures;
}

const recountedEnds: ReadonlySet<string> = new Set(['order-refunded', 'good-rating', 'low-rating']);

export function sentOf(messages: readonly ToldMessage[]): readonly ToldMessage[] {
  return messages.filter(({ state }) => state === 'accepted' || state === 'delivered');
}

/** One by one: what the store sent and did not arrive, what arrived and it did not send, and what it cannot tell of. */
export function strays(messages: readonly ToldMessage[], mailIds: readonly string[], textIds: readonly string[]): readonly string[] {
  const sent = sentOf(messages);
  const ids = (channel: string, of: (message: ToldMessage) => string | null) =>
    sent.flatMap((message) => (message.channel === channel ? [of(message) ?? message.id] : []));
  return [
    ...messages.filter(({ state }) => openStates.has(state)).map(({ id, state }) => `Message ${id} is ${state}.`),
    ...unequal(
      'email',
      ids('email', ({ id }) => id),
      mailIds,
    ),
    ...unequal(
      'text',
      ids('sms', ({ providerId }) => providerId),
      textIds,
    ),
  ];
}

const openStates: ReadonlySet<string> = new Set(['submitting', 'reserved', 'unknown']);

function unequal(noun: string, sent: readonly string[], arrived: readonly string[]): readonly string[] {
  const [ours, theirs] = [new Set(sent), new Set(arrived)];
  return [
    ...sent.filter((id) => !theirs.has(id)).map((id) => `The ${noun} ${id} is in the store and did not arrive.`),
    ...arrived.filter((id) => !ours.has(id)).map((id) => `The ${noun} ${id} arrived and the store does not say so.`),
    ...(theirs.size === arrived.length ? [] : [`${arrived.length - theirs.size} of the ${noun}s came twice.`]),
  ];
}
