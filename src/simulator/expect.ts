import { formatLocal } from '../domain/time/time.js';
import type { Expectation, ExpectedMessage } from './scenario.js';
import type { Story, StoryEntry, StoryMessage } from './story.js';

/** Turns come at whole milliseconds, but people write minutes: an instant is met within this. */
const toleranceMs = 1000;

/** Where the story is not as expected, a sentence each; empty when it is. */
export function compareStory(story: Story, expected: Expectation, options: { readonly timeZone: string }): readonly string[] {
  return [
    ...compareWhole(story, expected, options),
    ...(expected.of ?? []).flatMap(({ person, journey, ...part }) => {
      const name = [person, journey].filter((one) => one !== undefined).join(' in ');
      return compareWhole(partOf(story, { person, journey }), part, options).map((complaint) => `${name}: ${complaint}`);
    }),
  ];
}

function compareWhole(story: Story, expected: Omit<Expectation, 'of'>, options: { readonly timeZone: string }): readonly string[] {
  return [
    ...compareOutcome(story.entries, expected),
    ...compareSent(story, expected.sent),
    ...compareMessages(story.messages, expected.messages, options.timeZone),
    ...compareText(story, expected.says),
  ];
}

/** What a story tells of one person, of one journey, or of one person in one journey. */
function partOf(story: Story, of: { readonly person: string | undefined; readonly journey: string | undefined }): Story {
  const isOf = (row: { readonly person: string | null; readonly journey: string | null }): boolean =>
    (of.person === undefined || row.person === of.person) && (of.journey === undefined || row.journey === of.journey);
  return { ...story, entries: story.entries.filter(isOf), messages: story.messages.filter(isOf), lines: story.lines.filter(isOf) };
}

function compareOutcome(entries: readonly StoryEntry[], expected: Expectation): readonly string[] {
  // One that went up in another is not what anybody means by "the" entry.
  const last = entries.filter(({ outcome }) => outcome !== 'superseded').at(-1);
  const complaints: string[] = [];
  if (expected.outcome !== undefined && outcomeOf(last) !== expected.outcome)
    complaints.push(`Expected the outcome ${expected.outcome}, but it is ${describeEntry(last)}.`);
  if (expected.reason !== undefined && last?.reason !== expected.reason)
    complaints.push(`Expected the reason ${expected.reason}, but it is ${describeEntry(last)}.`);
  if (expected.notEntered !== undefined && (last?.outcome !== 'not-entered' || last.reason !== expected.notEntered))
    complaints.push(`Expected not to enter (${expected.notEntered}), but it is ${describeEntry(last)}.`);
  const outcomes = entries.map(outcomeOf);
  if (expected.entries !== undefined && !sameList(outcomes, expected.entries))
    complaints.push(`Expected the entries ${list(expected.entries)}, but they are ${list(entries.map(describeEntry))}.`);
  return complaints;
}

function compareSent({ messages }: Story, expected: readonly string[] | undefined): readonly string[] {
  if (expected === undefined) return [];
  const sent = messages.filter(({ state }) => state === 'sent').map(({ step }) => step);
  return sameList(sent, expected) ? [] : [`Expected to be sent: ${list(expected)}, but it was ${list(sent)}.`];
}

function compareMessages(
  messages: readonly StoryMessage[],
  expected: readonly ExpectedMessage[] | undefined,
  timeZone: string,
): readonly string[] {
  if (expected === undefined) return [];
  const steps = messages.map(({ step }) => step);
  const expectedSteps = expected.map(({ step }) => step);
  if (!sameList(steps, expectedSteps)) return [`Expected messages of ${list(expectedSteps)}, but they are of ${list(steps)}.`];
  return expected.flatMap((one, index) => compareMessage(messages[index]!, one, timeZone));
}

function compareMessage(message: StoryMessage, expected: ExpectedMessage, timeZone: string): readonly string[] {
  const differences: string[] = [];
  const differs = (what: string, wanted: string, is: string): void =>
    void differences.push(`${message.step}: expected ${what} ${wanted}, but it is ${is}.`);
  if (expected.state !== undefined && message.state !== expected.state)
    differs('the state', expected.state, message.reason === null ? message.state : `${message.state} (${message.reason})`);
  if (expected.reason !== undefined && message.reason !== expected.reason) differs('the reason', expected.reason, message.reason ?? 'none');
  if (expected.at !== undefined && Math.abs(message.at - expected.at) > toleranceMs)
    differs('the time', sayInstant(expected.at, timeZone), sayInstant(message.at, timeZone));
  if (expected.attempts !== undefined && message.attempts !== expected.attempts)
    differs('attempts', String(expected.attempts), String(message.attempts));
  if (expected.products !== undefined && !sameList([...message.products].sort(), [...expected.products].sort()))
    differs('the products', list(expected.products), list(message.products));
  if (expected.says !== undefined && message.says?.includes(expected.says) !== true)
    differs('to say', `“${expected.says}”`, message.says === null ? 'nothing' : `“${message.says}”`);
  return differences;
}

function compareText({ lines }: Story, expected: readonly string[] | undefined): readonly string[] {
  let from = 0;
  for (const [place, piece] of (expected ?? []).entries()) {
    const found = lines.findIndex(({ text }, index) => index >= from && text.includes(piece));
    const after = place > 0 ? ` after “${expected?.[place - 1]}”` : '';
    if (found < 0) return [`Expected the story to say “${piece}”${after}, but it does not.`];
    from = found;
  }
  return [];
}

function outcomeOf(entry: StoryEntry | undefined): NonNullable<Expectation['outcome']> {
  return entry === undefined ? 'none' : (entry.outcome ?? 'running');
}

function describeEntry(entry: StoryEntry | undefined): string {
  const outcome = outcomeOf(entry);
  return entry?.reason == null || entry.reason === outcome ? outcome : `${outcome} (${entry.reason})`;
}

function sayInstant(at: number, timeZone: string): string {
  return `${formatLocal(at, timeZone)}:${String(Math.floor(at / 1000) % 60).padStart(2, '0')} (${timeZone})`;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function list(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.join(', ');
}
