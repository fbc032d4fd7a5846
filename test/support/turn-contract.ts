import type { AttemptOutcome } from '../../src/domain/messages/message.js';
import { hour, minute, second } from '../../src/domain/time/instant.js';
import { startAt, type TwinDeed, type TwinEvent, type TwinScript } from './twin-script.js';
import type { Told } from './twin-worlds.js';

/** What holds of a turn in every world: given a script, when it is played, then it tells this. */
export interface TurnCase {
  readonly name: string;
  readonly given: TwinScript;
  readonly look: (told: Summary) => unknown;
  readonly is: unknown;
}

/** A run in short: instants in minutes after the start. */
export interface Summary {
  readonly entries: readonly string[];
  /** `first accepted 60`: step, state, and when it counts. */
  readonly messages: readonly string[];
  /** `defer provider-rejected 60`. */
  readonly verdicts: readonly string[];
  readonly texts: readonly string[];
}

type Rows = readonly Readonly<Record<string, string | number | null>>[];

export function summaryOf(told: Told): Summary {
  const minutes = (at: string | number | null | undefined): string => String(Math.round(((Number(at) - startAt) / minute) * 100) / 100);
  return {
    entries: (told.entries as Rows).map(({ journey, outcome, reason }) => [journey, outcome, reason].map(String).join(' ')),
    messages: (told.messages as Rows)
      .toSorted((a, b) => Number(a['slotAt']) - Number(b['slotAt']) || String(a['step']).localeCompare(String(b['step'])))
      .map(({ step, state, slotAt }) => [step, state, minutes(slotAt)].map(String).join(' ')),
    verdicts: (told.verdicts as Rows)
      .toSorted((a, b) => Number(a['at']) - Number(b['at']))
      .map(({ decision, reason, at }) => [decision, reason, minutes(at)].map(String).join(' ')),
    texts: (told.trace as Rows).map(({ text }) => String(text)),
  };
}

const accepted: AttemptOutcome = { kind: 'accepted', providerId: 'p' };
const script = (deeds: readonly TwinDeed[], faults: readonly AttemptOutcome[] = [accepted], busyTimes?: number): TwinScript => ({
  deeds,
  faults,
  ...(busyTimes === undefined ? {} : { busyTimes }),
});
const event = (after: number, what: Partial<TwinEvent> & Pick<TwinEvent, 'type'>): TwinDeed => ({
  kind: 'event',
  after,
  event: { who: 'ann', lateMs: 0, cart: 0, product: 'mug', ...what } as TwinEvent,
});
const added = (after = 0, more: Partial<TwinEvent> = {}): TwinDeed =>
  event(after, { ...more, type: 'added' } as Parameters<typeof event>[1]);
const viewed = (after: number): TwinDeed => event(after, { type: 'viewed' });
const ordered = (after: number): TwinDeed => event(after, { type: 'ordered' });
type Scope = Extract<TwinDeed, { kind: 'pause' | 'resume' }>['scope'];
const pause = (after: number, scope: Scope): TwinDeed => ({ kind: 'pause', after, scope });
const resume = (after: number, scope: Scope): TwinDeed => ({ kind: 'resume', after, scope });
const stop = (after: number, channel: 'email' | 'sms'): TwinDeed => ({ kind: 'stop', after, who: 'ann', channel });
const receipt = (after: number, status: 'delivered' | 'failed' | 'complained'): TwinDeed => ({ kind: 'receipt', after, of: 0, status });

/** The number of the first case: with it nobody is held out. Which arm somebody gets depends on the number. */
export const firstNumber = 9_004;

export const turnCases: readonly TurnCase[] = [
  // The five in which simulator and service had parted.
  {
    name: 'who is taken out while the journey is paused at the idle instant never entered',
    given: script([added(), pause(30 * minute, 'cart'), { kind: 'exit', after: 2 * hour, of: 0 }]),
    look: ({ entries }) => entries,
    is: ['cart not-entered by-request'],
  },
  {
    name: 'a provider that is busy twelve times is asked again at most five minutes apart',
    given: script([added()], [accepted], 12),
    look: ({ messages }) => messages[0],
    // An hour, then 1 + 2 + … + 256 s, and three times five minutes.
    is: `first accepted ${Math.round((60 + (511 + 3 * 300) / 60) * 100) / 100}`,
  },
  {
    name: 'a complaint about a mail whose answer never came shows that it arrived',
    given: script([added(), receipt(2 * hour, 'complained')], [{ kind: 'unknown', code: 'reset' }]),
    look: ({ messages }) => messages[0]?.split(' ').slice(0, 2).join(' '),
    is: 'first accepted',
  },
  {
    name: 'a cart that was touched ten minutes before a resume waits out its idle hour',
    given: script([added(), pause(30 * minute, 'cart'), added(110 * minute), resume(2 * hour, 'cart')]),
    look: ({ messages }) => messages[0],
    is: 'first accepted 170',
  },
  {
    name: 'a message that catch-up passes over is told as skipped',
    given: script([pause(0, 'all'), viewed(minute), resume(2 * hour, 'all')]),
    look: ({ verdicts, messages }) => [verdicts.slice(0, 2), messages[0]],
    is: [['hold paused 1', 'skip paused 120'], 'first skipped 1'],
  },
  // The ordinary way.
  {
    name: 'reminders leave at the instants of their journey',
    given: script([added()]),
    look: ({ messages, entries }) => [messages.slice(0, 2), entries],
    is: [['first accepted 60', 'text accepted 300'], ['cart completed completed']],
  },
  {
    name: 'activity again puts the start off',
    given: script([added(), added(40 * minute)]),
    look: ({ messages }) => messages[0],
    is: 'first accepted 100',
  },
  {
    name: 'an order in the last millisecond of the idle hour keeps everything back',
    given: script([added(), ordered(hour - 1)]),
    look: ({ entries, messages }) => [entries, messages],
    is: [['cart not-entered ordered'], []],
  },
  {
    name: 'an order during a wait ends the series as converted',
    given: script([added(), ordered(2 * hour)]),
    look: ({ entries, messages }) => [entries, messages],
    is: [['cart converted order'], ['first accepted 60']],
  },
  {
    name: 'an order that is known hours late still ends the series',
    given: script([added(), event(9 * hour, { type: 'ordered', lateMs: 7 * hour } as Parameters<typeof event>[1])]),
    look: ({ entries }) => entries,
    is: ['cart converted order'],
  },
  {
    name: 'an unclear text is waited for two minutes and never sent again',
    given: script([added(), { kind: 'stop', after: minute, who: 'ann', channel: 'email' }], [{ kind: 'unknown', code: 'reset' }]),
    look: ({ messages, texts }) => [
      messages.find((one) => one.startsWith('text')),
      texts.filter((text) => text.startsWith('Nobody knows')),
    ],
    is: ['text unknown 300', ["Nobody knows whether the text text was sent: the provider's answer did not come."]],
  },
  {
    name: 'an unclear email is sent once more a second later',
    given: script([added()], [{ kind: 'unknown', code: 'reset' }]),
    look: ({ messages, texts }) => [messages[0], texts.filter((text) => text.includes('once more')).length > 0],
    is: [`first unknown ${Math.round((60 + second / minute) * 100) / 100}`, true],
  },
  {
    name: 'a suppressed address gets nothing, and the journey goes on',
    given: script([added(), stop(minute, 'email')]),
    look: ({ messages }) => messages.slice(0, 2),
    is: ['first skipped 60', 'text accepted 300'],
  },
  {
    name: 'a pause holds what falls due, and a resume in time sends it',
    given: script([added(), pause(50 * minute, 'email'), resume(2 * hour, 'email')]),
    look: ({ messages, verdicts }) => [messages[0], verdicts.slice(0, 2)],
    is: ['first accepted 120', ['hold paused 60', 'send null 120']],
  },
  {
    name: 'a resume that comes too late skips what was held',
    given: script([added(), pause(50 * minute, 'email'), resume(9 * hour, 'email')]),
    look: ({ messages, verdicts }) => [messages[0], verdicts.slice(0, 2)],
    is: ['first skipped 60', ['hold paused 60', 'skip paused 540']],
  },
  {
    name: 'an exit while a message is held ends the entry and gives back the slot',
    given: script([added(), pause(50 * minute, 'email'), { kind: 'exit', after: 2 * hour, of: 0 }]),
    look: ({ messages, entries }) => [messages, entries],
    is: [['first released 60'], ['cart exited by-request']],
  },
  {
    name: 'a rejection for good is passed by',
    given: script([added()], [{ kind: 'not-sent', code: '554', retry: false }]),
    look: ({ messages, entries }) => [messages.map((one) => one.split(' ')[1]), entries],
    is: [['skipped', 'skipped', 'skipped'], ['cart completed completed']],
  },
  {
    name: 'a visitor who turns out to be somebody takes the reminders along',
    given: script([
      added(0, { who: 'visitor-1' } as Partial<TwinEvent>),
      event(30 * minute, { type: 'identified', who: 'visitor-1', as: 'ann' } as Parameters<typeof event>[1]),
    ]),
    look: ({ messages }) => messages[0],
    is: 'first accepted 60',
  },
  {
    name: 'of two series of one person about one cart, one goes on and the other ends',
    given: script([
      added(),
      added(10 * minute, { who: 'visitor-1', cart: 1, product: 'mug' } as Partial<TwinEvent>),
      event(3 * hour, { type: 'identified', who: 'visitor-1', as: 'ann' } as Parameters<typeof event>[1]),
    ]),
    look: ({ entries }) => entries.toSorted(),
    is: ['cart completed completed', 'cart superseded merged'],
  },
  {
    name: 'a zone that nobody knows does not make a turn fail after a send',
    given: script([event(0, { type: 'moved', zone: 'BST' } as Parameters<typeof event>[1]), added(minute)]),
    look: ({ messages }) => messages[0],
    is: 'first accepted 61',
  },
];
