import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import { formatLocal } from '../domain/time.js';
import type { VerdictReason } from '../domain/verdict.js';
import type { EntryOutcome, TraceLine } from '../journey/entry.js';

/** What a simulation tells: every step, wait, verdict and message with its instant, and how it ended. */
export interface Story {
  readonly title: string;
  readonly startAt: Instant;
  /** The person's zone, the best one to render the story in. */
  readonly timeZone: string;
  readonly lines: readonly StoryLine[];
  /** Every message that the gate was asked for, in the order in which it was first asked, as it stands at the end. */
  readonly messages: readonly StoryMessage[];
  /** Every run through the journey, also those that only armed. Empty: nothing ever matched. */
  readonly entries: readonly StoryEntry[];
}

export interface StoryLine {
  readonly at: Instant;
  /** `event` is what the world did; the other kinds are those of an entry's trace. */
  readonly kind: 'event' | 'postponed' | TraceLine['kind'];
  readonly step: string | null;
  readonly text: string;
  /** Null: it is nobody's, as what the world does. */
  readonly journey: string | null;
  readonly person: string | null;
}

export interface StoryMessage {
  readonly journey: string | null;
  /** The name under which the script knows them. */
  readonly person: string | null;
  readonly step: string;
  readonly channel: Channel;
  readonly state: StoryMessageState;
  readonly reason: VerdictReason | null;
  /** When it was sent, or settled otherwise; while it waits, the slot that it was promised. */
  readonly at: Instant;
  /** Names of the products in the cart at that time: what the message shows. */
  readonly products: readonly string[];
  readonly attempts: number;
}

export const storyMessageStates = ['sent', 'skipped', 'withheld', 'failed', 'unknown', 'waiting', 'held', 'released'] as const;
export type StoryMessageState = (typeof storyMessageStates)[number];

export interface StoryEntry {
  readonly id: string;
  readonly journey: string;
  readonly person: string | null;
  readonly armedAt: Instant;
  /** Null: it has not entered. */
  readonly enteredAt: Instant | null;
  /** Null: it was still under way when the simulation ended. */
  readonly outcome: EntryOutcome | null;
  readonly reason: string | null;
}

/** The story as lines of text: local instants in `timeZone`, a heading, and how it ended. */
export function renderStory(story: Story, options: { readonly timeZone: string }): string {
  const stepWidth = Math.min(28, Math.max(0, ...story.lines.map(({ step }) => step?.length ?? 0)));
  const lines = story.lines.map(({ at, kind, step, text }) => {
    const mark = kind === 'event' ? '>' : ' ';
    return `${formatLocal(at, options.timeZone).padEnd(16)} ${mark} ${(step ?? '').padEnd(stepWidth)}  ${text}`.trimEnd();
  });
  return [`${story.title} (times in ${options.timeZone})`, '', ...lines, '', summary(story)].join('\n');
}

/** `Completed. Sent 3 of 4 messages.` */
function summary({ entries, messages }: Story): string {
  const sent = messages.filter(({ state }) => state === 'sent').length;
  const ends = entries.map(({ outcome, reason }) => describeOutcome(outcome, reason));
  const journeys = ends.length === 0 ? 'Nobody entered' : ends.join('; then ');
  return `${journeys}. ${messages.length === 0 ? 'No message was due' : `Sent ${sent} of ${messages.length} messages`}.`;
}

function describeOutcome(outcome: EntryOutcome | null, reason: string | null): string {
  if (outcome === null) return 'Still under way';
  const text = outcome === reason || reason === null ? outcome : `${outcome} (${reason})`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
