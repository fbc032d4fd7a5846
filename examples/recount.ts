import type { ArrivedMail, ArrivedText } from './arrived.js';

const hour = 3_600_000;
const day = 24 * hour;

/** A message as the store tells it, with the verdicts that led to it. */
export interface ToldMessage {
  readonly id: string;
  readonly channel: 'email' | 'sms';
  readonly class: string;
  readonly priority: number;
  readonly state: string;
  readonly reason: string | null;
  readonly providerId: string | null;
  readonly verdicts: readonly {
    readonly at: string;
    readonly decision: string;
    readonly reason: string | null;
    readonly untilAt: string | null;
  }[];
}

export interface Recount {
  /** People to whom something arrived, and the most that one of them got. */
  readonly people: number;
  readonly mostIn24Hours: number;
  readonly mostEmailsIn7Days: number;
  /** Messages that were put off, and how many of these arrived, none before the instant it was promised. */
  readonly putOff: number;
  readonly putOffArrived: number;
  /** Messages that the store says were not sent: none of them arrived. */
  readonly notSent: number;
  readonly problems: readonly string[];
}

/**
 * Counts caps, hours, and what was put off or left out, from what lies in the mailbox and on the phone, with the rules written down once
 * more: for somebody new 2 messages in any 24 hours, 4 emails and 2 texts in any 7 days, no newsletter within 12 hours after another email,
 * texts from 8 to 21 where the person is.
 * `toShop`: from real milliseconds to the shop's clock; `slackMs`: so long a message may take on its way, on the shop's clock. `countries`:
 * by number.
 */
export function recount(
  told: readonly ToldMessage[],
  mails: readonly ArrivedMail[],
  texts: readonly ArrivedText[],
  toShop: (real: number) => number,
  slackMs: number,
  countries: ReadonlyMap<string, string>,
): Recount {
  const problems: string[] = [];
  const byId = new Map(told.map((message) => [message.id, message]));
  const bySid = new Map(told.map((message) => [message.providerId, message]));
  const arrivals = [
    ...mails.map(({ id, to, at }) => ({ message: byId.get(id), who: to.replace(/@.*/, ''), at: toShop(at), lastAt: toShop(at) })),
    // Whole seconds of a clock that runs fast: the text came somewhere in these minutes.
    ...texts.map(({ sid, to, at }) => ({ message: bySid.get(sid), who: to, at: toShop(at), lastAt: toShop(at + 1000) })),
  ];

  const people = new Map<string, typeof arrivals>();
  for (const arrival of arrivals) people.set(arrival.who, [...(people.get(arrival.who) ?? []), arrival]);
  let mostIn24Hours = 0;
  let mostEmailsIn7Days = 0;
  for (const own of people.values()) {
    const promotion = own.filter(({ message }) => message?.class === 'marketing' || message?.class === 'broadcast');
    const emails = promotion.filter(({ message }) => message?.channel === 'email');
    mostIn24Hours = Math.max(mostIn24Hours, most(promotion, day - slackMs));
    mostEmailsIn7Days = Math.max(mostEmailsIn7Days, most(emails, 7 * day - slackMs));
    for (const { at, message } of emails)
      if (message?.class === 'broadcast' && emails.some((other) => other.at < at && other.at > at - 12 * hour + slackMs))
        problems.push(`The newsletter ${message.id} came within 12 hours after another email.`);
  }
  if (mostIn24Hours > 2) problems.push(`Somebody got ${mostIn24Hours} messages in 24 hours.`);
  if (mostEmailsIn7Days > 4) problems.push(`Somebody got ${mostEmailsIn7Days} emails in 7 days.`);
  const textCount = new Map<string, number>();
  for (const { to } of texts) textCount.set(to, (textCount.get(to) ?? 0) + 1);
  if (Math.max(0, ...textCount.values()) > 2) problems.push('Somebody got more than 2 texts.');
  for (const { message, who, at, lastAt } of arrivals)
    if (message?.channel === 'sms' && !isTextTime(at - slackMs, lastAt, countries.get(who) ?? ''))
      problems.push(`The text ${message.id} came at night.`);

  const arrivedAt = new Map(arrivals.map(({ message, lastAt }) => [message?.id ?? '', lastAt]));
  const putOff = told.filter(({ verdicts }) => verdicts.some(({ decision }) => decision === 'defer'));
  for (const { id, verdicts } of putOff) {
    const at = arrivedAt.get(id);
    const promised = Date.parse(verdicts.findLast(({ decision }) => decision === 'defer')?.untilAt ?? '');
    if (at !== undefined && at < promised - slackMs) problems.push(`${id} was put off and came before its time.`);
  }
  const notSent = told.filter(({ state }) => state === 'skipped' || state === 'withheld' || state === 'released');
  for (const { id, reason } of notSent) if (arrivedAt.has(id)) problems.push(`${id} arrived, and the store says not sent: ${reason}.`);
  return {
    people: people.size,
    mostIn24Hours,
    mostEmailsIn7Days,
    putOff: putOff.length,
    putOffArrived: putOff.filter(({ id }) => arrivedAt.has(id)).length,
    notSent: notSent.length,
    problems,
  };
}

/** The most that fell into any window of this length. */
function most(arrivals: readonly { readonly at: number }[], windowMs: number): number {
  return Math.max(0, ...arrivals.map(({ at }) => arrivals.filter((one) => one.at <= at && one.at > at - windowMs).length));
}

/** December: how many hours a country's clocks are ahead of London's, and when its evening ends. */
const elsewhere: Readonly<Record<string, { readonly ahead: number; readonly closes: number }>> = {
  France: { ahead: 1, closes: 22 },
  Germany: { ahead: 1, closes: 21 },
  Netherlands: { ahead: 1, closes: 21 },
  Norway: { ahead: 1, closes: 21 },
};

/** Whether a text that left at some instant from `from` to `to` may have left in time. */
function isTextTime(from: number, to: number, country: string): boolean {
  const { ahead, closes } = elsewhere[country] ?? { ahead: 0, closes: 21 };
  return (from + ahead * hour) % day < closes * hour && (to + ahead * hour) % day >= 8 * hour;
}
