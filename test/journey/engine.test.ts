import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactName } from '../../src/domain/events/fact.js';
import { aCart } from '../../src/domain/events/subject.js';
import { day, hour, type Instant, minute } from '../../src/domain/time/instant.js';
import type { CartId, StepId } from '../../src/domain/values/ids.js';
import type { ConditionFacts } from '../../src/journey/conditions/condition.js';
import type { JourneyDefinition } from '../../src/journey/definition.js';
import {
  type Advanced,
  advance,
  completeSend,
  decideEntry,
  type EngineContext,
  needsOf,
  newEntryState,
  withOutcome,
} from '../../src/journey/engine.js';
import type { EntryInput, EntryState } from '../../src/journey/entry.js';
import { parseJourney } from '../../src/journey/parse.js';
import { eventInstants } from '../../src/knowledge/event-instants/index.js';

const start = Date.UTC(2026, 11, 1, 10);
const cartId = 'cart-1' as CartId;
const about = [aCart(cartId)];

/** A journey of these steps; `rest` is any other part of the file. */
function journey(steps: string, rest = ''): JourneyDefinition {
  const entry = /^entry:/m.test(rest) ? '' : 'entry: { key: cart, reentry: always }\n';
  const source = `journey: test\nname: Test\nclass: marketing\ntopic: t\ntrigger: { event: { name: cart.updated } }\n${entry}${rest}\nsteps:\n${steps}`;
  const parsed = parseJourney(source, {});
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

function context(
  definition: JourneyDefinition,
  at: Instant,
  facts: Partial<ConditionFacts> = {},
  timeZone = 'Europe/London',
): EngineContext {
  const none = {
    profile: { identified: true, traits: {} },
    cart: null,
    consents: [],
    topics: { version: 0, topics: [] },
    known: {},
    event: {},
    messages: {},
  };
  return { definition, about, at, timeZone, shopTimeZone: 'Europe/London', offerEveryMs: 60 * day, facts: { at, ...none, ...facts } };
}

const begin = (definition: JourneyDefinition, at = start, timeZone = 'Europe/London'): Advanced =>
  advance(context(definition, at, {}, timeZone), newEntryState({ at, trigger: {} }), []);

function fact(name: FactName, at: Instant, overrides: Partial<Extract<EntryInput, { kind: 'fact' }>> = {}): EntryInput {
  return { kind: 'fact', name, at, eventId: `event-${at}`, profileMatch: true, shared: [], properties: {}, ...overrides };
}

const texts = ({ trace }: Advanced): readonly string[] => trace.map(({ text }) => text);
const accepted = { kind: 'accepted', reason: null } as const;
const step = (id: string): StepId => id as StepId;

describe('send', () => {
  const definition = journey(
    '  - send: { id: first, channel: email, template: t1, deadline: PT4H, not_after_start: PT2H }\n',
    'max_duration: P5D',
  );

  test('stays pending, at the same visit, until it is settled', () => {
    const begun = begin(definition);
    const again = advance(context(definition, start + hour), begun.state, []);

    expect(begun.pending).toMatchObject({ kind: 'send', step: 'first', visit: 1, arrivedAt: start });
    expect(again).toEqual({ state: begun.state, pending: begun.pending, trace: [], asked: [] });
  });

  test('must leave by its deadline, its hard limit and the end of the journey, whichever is first', () => {
    const late = advance(
      context(definition, start + 90 * minute),
      newEntryState({ at: start + 90 * minute, startedAt: start, trigger: {} }),
      [],
    );

    expect(begin(definition).pending).toMatchObject({ deadlineAt: start + 2 * hour });
    expect(late.pending).toMatchObject({ arrivedAt: start + 90 * minute, deadlineAt: start + 2 * hour });
  });

  test.each([
    [accepted, 'Sent the email first.'],
    [{ kind: 'unknown', reason: null }, "Nobody knows whether the email first was sent: the provider's answer did not come."],
    [{ kind: 'skipped', reason: 'no-consent' }, 'Did not send the email first: there is no consent for it.'],
    [{ kind: 'withheld', reason: 'holdout' }, 'Held back the email first: the person is in the holdout.'],
    [{ kind: 'failed', reason: 'provider-rejected' }, 'Could not send the email first: the provider refused it.'],
  ] as const)('settled as %j it says so and walks on', (result, text) => {
    const done = completeSend(context(definition, start + minute), begin(definition).state, result);

    expect(texts(done)[0]).toBe(text);
    expect(done.pending).toEqual({ kind: 'finished', outcome: 'completed', reason: 'completed' });
    expect(done.state.leftAt).toEqual({ first: start + minute });
  });

  const fallback = journey(`  - send: { id: mail, channel: email, template: t1 }
  - send: { id: second, channel: email, template: t2 }
  - split:
      branches:
        - when: { message: { step: mail, status: skipped } }
          steps: [ { send: { id: text, channel: sms, template: t3 } } ]
`);

  test('that was skipped is known to the conditions of the same turn, also behind another send', () => {
    const skipped = { kind: 'skipped', reason: 'frequency-cap' } as const;
    const first = completeSend(context(fallback, start), begin(fallback).state, skipped);
    const here = withOutcome(context(fallback, start), step('mail'), skipped.kind);

    expect(completeSend(here, first.state, accepted).pending).toMatchObject({ step: 'text' });
    expect(completeSend(context(fallback, start), first.state, accepted).pending).toMatchObject({ kind: 'finished' });
  });

  test.each([
    ['accepted', 'reserved', 'accepted'],
    ['accepted', 'delivered', 'delivered'],
    ['accepted', 'bounced', 'bounced'],
    ['failed', 'submitting', 'skipped'],
    ['withheld', 'reserved', 'withheld'],
  ] as const)('that ended %s and was %s before is %s to conditions', (kind, state, known) => {
    const facts = { messages: { mail: { state, receipts: ['clicked'] } } };

    expect(withOutcome(context(fallback, start, facts), step('mail'), kind).facts.messages['mail']).toEqual({
      state: known,
      receipts: ['clicked'],
    });
  });

  test('that makes an exit’s condition true ends the entry before the next one', () => {
    const definitionWithExit = journey(
      '  - send: { id: mail, channel: email, template: t1 }\n  - send: { id: second, channel: email, template: t2 }\n',
      'exits: [ { id: not-reached, when: { message: { step: mail, status: skipped } } } ]',
    );

    expect(
      completeSend(context(definitionWithExit, start), begin(definitionWithExit).state, { kind: 'skipped', reason: 'unreachable' }).pending,
    ).toMatchObject({ kind: 'finished', reason: 'not-reached' });
  });

  test('cannot be settled where none is pending', () => {
    const waiting = begin(journey('  - wait: { id: nap, for: PT1H }\n'));

    expect(() => completeSend(context(journey('  - wait: { id: nap, for: PT1H }\n'), start), waiting.state, accepted)).toThrow(
      /no pending send.*nap/,
    );
  });
});

describe('wait', () => {
  const waits = (wait: string): JourneyDefinition =>
    journey(
      `  - send: { id: first, channel: email, template: t1 }\n  - wait: ${wait}\n  - send: { id: second, channel: email, template: t2 }\n`,
    );
  const afterFirst = (definition: JourneyDefinition, sentAt: Instant, timeZone?: string): Advanced =>
    completeSend(context(definition, sentAt, {}, timeZone), begin(definition, start, timeZone).state, accepted);

  test.each([
    ['{ for: PT23H }', start + 30 * minute + 23 * hour, 'Waits 23 hours, until Wed 2 Dec 09:30 (Europe/London).'],
    ['{ for: PT23H, from: start }', start + 23 * hour, 'Waits 22 hours and 30 minutes, until Wed 2 Dec 09:00 (Europe/London).'],
    ['{ for: PT24H, from: first }', start + 30 * minute + 24 * hour, 'Waits 24 hours, until Wed 2 Dec 10:30 (Europe/London).'],
    ['{ for: P3D, at: "10:00" }', start + 3 * day, 'Waits 3 days, until Fri 4 Dec 10:00 (Europe/London).'],
    ['{ for: P0D, at: "10:00" }', start + day, 'Waits until Wed 2 Dec 10:00 (Europe/London).'],
    ['{ for: P0D, at: "17:15" }', start + 7 * hour + 15 * minute, 'Waits until Tue 1 Dec 17:15 (Europe/London).'],
  ])('%s ends when it says', (wait, dueAt, text) => {
    const waiting = afterFirst(waits(wait), start + 30 * minute);

    expect(waiting.pending).toMatchObject({ kind: 'wait', until: dueAt });
    expect(texts(waiting)[1]).toBe(text);
  });

  test('is over at its instant, not a millisecond before', () => {
    const definition = waits('{ for: PT23H }');
    const { state } = afterFirst(definition, start);

    expect(advance(context(definition, start + 23 * hour - 1), state, []).pending.kind).toBe('wait');
    expect(advance(context(definition, start + 23 * hour), state, []).pending).toMatchObject({ kind: 'send', step: 'second' });
  });

  test('is computed once, on arrival: a later move to another zone does not shift it', () => {
    const definition = waits('{ for: P1D, at: "10:00" }');
    const waiting = afterFirst(definition, start);

    expect(advance(context(definition, start + hour, {}, 'America/New_York'), waiting.state, []).state.dueAt).toBe(waiting.state.dueAt);
  });

  test('that is over already does not stop anyone', () => {
    const definition = waits('{ for: PT1H, from: start }');
    const passed = afterFirst(definition, start + 2 * hour);

    expect(passed.pending).toMatchObject({ kind: 'send', step: 'second' });
    expect(texts(passed)[1]).toMatch(/^Goes on at once: it was to wait until Tue 1 Dec 11:00/);
  });

  test.each([
    ['elapsed: 24 hours, an hour later by the clock', '{ for: PT24H }', Date.UTC(2026, 2, 29, 11)],
    ['calendar: the same time by the clock, 23 hours later', '{ for: P1D }', Date.UTC(2026, 2, 29, 10)],
  ])('over the start of summer time, %s', (_name, wait, expected) => {
    const definition = waits(wait);
    const spring = Date.UTC(2026, 2, 28, 11);
    const begun = begin(definition, spring, 'Europe/Berlin');
    const waiting = completeSend(context(definition, spring, {}, 'Europe/Berlin'), begun.state, accepted);

    expect(waiting.state.dueAt).toBe(expected);
  });

  test('to a time of day that the change of clocks skips ends at the first instant after it', () => {
    const definition = waits('{ for: P1D, at: "02:30" }');
    const spring = Date.UTC(2026, 2, 28, 11);
    const begun = begin(definition, spring, 'Europe/Berlin');

    expect(completeSend(context(definition, spring, {}, 'Europe/Berlin'), begun.state, accepted).state.dueAt).toBe(
      Date.UTC(2026, 2, 29, 1),
    );
  });
});

describe('split', () => {
  const definition = journey(
    `  - split:
      id: who
      branches:
        - id: rich
          when: { cart: { value: { at_least: 100 } } }
          steps: [ { send: { id: for-rich, channel: email, template: t1 } } ]
        - id: gold
          when: { trait: { name: plan, is: gold } }
          steps: [ { send: { id: for-gold, channel: email, template: t2 } } ]
      else: { steps: [ { wait: { id: nap, for: PT1H } } ] }
  - send: { id: for-all, channel: email, template: t3 }
`,
  );
  const taking = (traits: Record<string, unknown>): Advanced =>
    advance(context(definition, start, { profile: { identified: true, traits } }), newEntryState({ at: start, trigger: {} }), []);

  test('takes the first branch whose condition holds; the branch then joins what follows', () => {
    const gold = taking({ plan: 'gold' });

    expect(gold.pending).toMatchObject({ step: 'for-gold' });
    expect(texts(gold)).toContain('Takes gold: the trait plan is gold.');
    expect(completeSend(context(definition, start), gold.state, accepted).pending).toMatchObject({ step: 'for-all' });
  });

  test('takes what is not known for not so, and says which it was', () => {
    const other = taking({ plan: 'basic' });

    expect(other.pending.kind).toBe('wait');
    expect(texts(other)).toContain(
      "Takes none of rich, gold: it is not known whether the cart's value is at least 100; the trait plan is not gold.",
    );
  });
});

describe('wait_until', () => {
  const definition = (lookback: string): JourneyDefinition =>
    journey(
      `  - wait: { id: nap, for: PT1H }
  - wait_until:
      id: which
      branches:
        - { id: big, on: 'event:Quiz Done', where: { event_property: { path: score, at_least: 5 } }, steps: [ { send: { id: for-big, channel: email, template: t1 } } ] }
        - { id: seen, on: product.viewed, match: profile, steps: [ { send: { id: for-seen, channel: email, template: t2 } } ] }
      timeout: PT2H
      on_timeout: { steps: [ { send: { id: too-late, channel: email, template: t3 } } ] }
      lookback: ${lookback}
`,
    );
  const quiz = (at: Instant, score: number): EntryInput => fact('event:Quiz Done', at, { properties: { score } });
  const waiting = (lookback: string, before: readonly EntryInput[] = []): EntryState => {
    const journeyOf = definition(lookback);
    const heard = advance(context(journeyOf, start + 30 * minute), begin(journeyOf).state, before);
    return advance(context(journeyOf, start + hour), heard.state, []).state;
  };

  test('goes on with the branch whose fact came first, whatever order they arrive in', () => {
    const seen = fact('product.viewed', start + 80 * minute);
    const both = advance(context(definition('none'), start + 2 * hour), waiting('none'), [quiz(start + 90 * minute, 9), seen]);

    expect(both.pending).toMatchObject({ step: 'for-seen' });
    expect(texts(both)).toContain('Goes on with seen: a look at a product.');
  });

  test('does not take a fact that fails the condition or belongs to someone else', () => {
    const inputs = [quiz(start + 90 * minute, 4), fact('product.viewed', start + 90 * minute, { profileMatch: false, shared: ['cart'] })];

    expect(advance(context(definition('none'), start + 2 * hour), waiting('none'), inputs).pending.kind).toBe('wait');
  });

  test('says of a fact that came and met no branch that it came, at once and at its time-out', () => {
    const other = advance(context(definition('none'), start + 2 * hour), waiting('none'), [quiz(start + 90 * minute, 4)]);
    const over = advance(context(definition('none'), start + 4 * hour), other.state, []);
    const before = advance(context(definition('since_entry'), start + 4 * hour), waiting('since_entry', [quiz(start + minute, 4)]), []);

    expect(texts(other)).toEqual(['Waits on: the event Quiz Done came, and fits no branch.']);
    const says = 'Goes on after 2 hours: the event Quiz Done came, and fits no branch; a look at a product did not come.';
    expect(texts(over)).toContain(says);
    expect(texts(before)).toContain(says);
    const late = texts(advance(context(definition('none'), start + 4 * hour), waiting('none'), [quiz(start + 3 * hour + 1, 4)]));
    expect(late[0]).toBe('Goes on after 2 hours: the event Quiz Done or a look at a product did not come.');
  });

  test('goes on after its time-out, and a fact from later comes too late though both are seen in one turn', () => {
    const late = advance(context(definition('none'), start + 4 * hour), waiting('none'), [quiz(start + 3 * hour + 1, 9)]);
    const inTime = advance(context(definition('none'), start + 4 * hour), waiting('none'), [quiz(start + 3 * hour, 9)]);

    expect(late.pending).toMatchObject({ step: 'too-late' });
    expect(inTime.pending).toMatchObject({ step: 'for-big' });
  });

  test('takes the earliest of a kind, though one that came too late is seen before it', () => {
    const inputs = [quiz(start + 3 * hour + 1, 9), quiz(start + 3 * hour, 9)];

    expect(advance(context(definition('none'), start + 4 * hour), waiting('none'), inputs).pending).toMatchObject({ step: 'for-big' });
  });

  test('that looks back takes what came before it was reached; one that does not waits', () => {
    const before = [quiz(start + 20 * minute, 9)];

    expect(advance(context(definition('since_entry'), start + hour), begin(definition('since_entry')).state, before).pending).toMatchObject(
      { step: 'for-big' },
    );
    expect(definition('none').steps[waiting('none', before).step ?? '']?.kind).toBe('wait_until');
  });

  test('that looks back never looks before the entry', () => {
    const early = [quiz(start - 1, 9)];

    expect(definition('since_entry').steps[waiting('since_entry', early).step ?? '']?.kind).toBe('wait_until');
  });

  test('keeps no properties of what it heard', () => {
    const state = waiting('since_entry', [
      quiz(start + 20 * minute, 4),
      fact('product.viewed', start + 20 * minute, { properties: { sku: 'secret' } }),
    ]);

    expect(JSON.stringify(state)).not.toContain('secret');
  });

  test('names what wakes it: its branches once it is reached, before that only to remember them', () => {
    const journeyOf = definition('since_entry');
    const before = begin(journeyOf).pending;
    const reached = advance(context(journeyOf, start + hour), begin(journeyOf).state, []).pending;

    expect(before).toMatchObject({
      awaiting: expect.arrayContaining([{ event: 'product.viewed', by: 'profile', purpose: 'branch', hastens: false }]),
    });
    expect(reached).toMatchObject({
      awaiting: expect.arrayContaining([{ event: 'product.viewed', by: 'profile', purpose: 'branch', hastens: true }]),
    });
  });

  test('tells branches apart that nobody named, though they wait for the same fact', () => {
    const twins = journey(`  - wait_until:
      branches:
        - { on: 'event:Quiz Done', where: { event_property: { path: score, at_least: 5 } }, steps: [ { send: { id: high, channel: email, template: t1 } } ] }
        - { on: 'event:Quiz Done', where: { event_property: { path: score, less_than: 5 } }, steps: [ { send: { id: low, channel: email, template: t2 } } ] }
      timeout: P1D
`);

    expect(advance(context(twins, start + minute), begin(twins).state, [quiz(start + minute, 1)]).pending).toMatchObject({ step: 'low' });
  });
});

test('an exit step ends the entry with its outcome and reason', () => {
  const ended = begin(journey('  - exit: { outcome: exited, reason: not-for-you }\n'));

  expect(ended.pending).toEqual({ kind: 'finished', outcome: 'exited', reason: 'not-for-you' });
});

describe('exits', () => {
  const definition = journey(
    '  - send: { id: first, channel: email, template: t1 }\n  - wait: { id: nap, for: P1D }\n  - send: { id: second, channel: email, template: t2 }\n',
    `exits:
  - { id: ordered, on: order.paid }
  - { id: emptied, on: cart.emptied, match: cart }
  - { id: below-minimum, when: { cart: { value: { less_than: 20 } } } }
goals: [ { id: order, event: order.paid, within: P2D } ]
max_duration: P5D`,
  );
  const napping = completeSend(context(definition, start), begin(definition).state, accepted).state;
  const due = start + day;

  test('an exit and a send that fall together: the exit wins', () => {
    const both = advance(context(definition, due), napping, [fact('order.paid', due - 200)]);

    expect(both.pending).toEqual({ kind: 'finished', outcome: 'converted', reason: 'ordered' });
    expect(both.trace.map(({ step: at }) => at)).not.toContain('second');
  });

  test('an exit wins over a pending send, and over inputs that came before it', () => {
    const inputs = [fact('cart.updated', start + 1), fact('cart.emptied', start + 2, { shared: ['cart'] }), fact('order.paid', start + 3)];

    expect(advance(context(definition, start + hour), begin(definition).state, inputs).pending).toMatchObject({
      kind: 'finished',
      reason: 'emptied',
    });
  });

  test('the same cart ordered under another profile is an exit, and the story says so', () => {
    const ordered = advance(context(definition, due), napping, [fact('order.paid', due - 200, { profileMatch: false, shared: ['cart'] })]);

    expect(ordered.pending).toMatchObject({ outcome: 'converted' });
    expect(texts(ordered).at(-1)).toBe('Exits the journey (ordered): a paid order, by the same cart under another profile.');
  });

  test('another cart being emptied is none', () => {
    expect(advance(context(definition, start + hour), napping, [fact('cart.emptied', start + hour)]).pending.kind).toBe('wait');
  });

  test('a condition ends the entry at the next turn; what is not known ends nobody', () => {
    const cart = {
      id: cartId,
      profileId: 'p',
      token: 't',
      state: 'open',
      lines: [],
      currency: 'GBP',
      updatedAt: start,
    } as unknown as ConditionFacts['cart'];
    const worth = (value: number) =>
      advance(context(definition, start + hour, { cart: { ...cart, value } as ConditionFacts['cart'] }), napping, []).pending;

    expect(worth(19.99)).toEqual({ kind: 'finished', outcome: 'exited', reason: 'below-minimum' });
    expect(worth(20).kind).toBe('wait');
    expect(advance(context(definition, start + hour), napping, []).pending.kind).toBe('wait');
  });

  test('an order from before the start ends the entry and is no success of it', () => {
    const early = advance(context(definition, start + hour), napping, [fact('order.paid', start - minute)]);

    expect(early.pending).toMatchObject({ outcome: 'exited', reason: 'ordered' });
    expect(early.state.goals).toEqual({});
  });

  test('an order after the goal’s window ends it without success', () => {
    const long = { ...napping, dueAt: start + 4 * day };

    expect(advance(context(definition, start + 3 * day), long, [fact('order.paid', start + 2 * day + 1)]).pending).toMatchObject({
      outcome: 'exited',
    });
    expect(advance(context(definition, start + 3 * day), long, [fact('order.paid', start + 2 * day)]).pending).toMatchObject({
      outcome: 'converted',
    });
  });

  test('a person can be taken out by hand', () => {
    expect(advance(context(definition, start + hour), napping, [{ kind: 'exit', reason: 'erased', at: start + hour }]).pending).toEqual({
      kind: 'finished',
      outcome: 'exited',
      reason: 'erased',
    });
  });

  test('the longest duration ends whatever is pending, and no wait sleeps past it', () => {
    const long = { ...napping, dueAt: start + 9 * day };

    expect(advance(context(definition, start + hour), long, []).pending).toMatchObject({ until: start + 5 * day });
    expect(advance(context(definition, start + 5 * day - 1), begin(definition).state, []).pending.kind).toBe('send');
    expect(advance(context(definition, start + 5 * day), begin(definition).state, []).pending).toMatchObject({
      outcome: 'exited',
      reason: 'max-duration',
    });
  });

  test('what it listens to: exits hasten it; an event that is exit and goal is one row', () => {
    expect(advance(context(definition, start), napping, []).pending).toMatchObject({
      awaiting: [
        { event: 'order.paid', by: 'profile', purpose: 'exit', hastens: true },
        { event: 'order.paid', by: 'cart', purpose: 'exit', hastens: true },
        { event: 'cart.emptied', by: 'cart', purpose: 'exit', hastens: true },
      ],
    });
  });
});

test('a goal alone is written down, once, and neither hastens nor ends anything', () => {
  const definition = journey('  - wait: { id: nap, for: P1D }\n', 'goals: [ { id: order, event: order.paid, within: P5D } ]');
  const first = advance(context(definition, start + hour), begin(definition).state, [fact('order.paid', start + hour)]);
  const second = advance(context(definition, start + 2 * hour), first.state, [fact('order.paid', start + 2 * hour)]);

  expect(first.pending).toMatchObject({
    kind: 'wait',
    awaiting: [
      { event: 'order.paid', purpose: 'goal', hastens: false },
      { by: 'cart', hastens: false },
    ],
  });
  expect(texts(first)).toEqual(['Reaches the goal order: a paid order, 1 hour after the start.']);
  expect(second.state.goals).toEqual({ order: start + hour });
  expect(second.trace).toEqual([]);
});

describe('a resume', () => {
  const steps =
    '  - wait: { id: nap, for: PT10H }\n  - send: { id: first, channel: email, template: t1 }\n  - wait: { id: rest, for: PT20H, from: start }\n  - send: { id: second, channel: email, template: t2 }\n';
  const resumed = (catchUp: string, at: Instant, from?: EntryState, slotAt: Instant | null = null): Advanced => {
    const definition = journey(steps, `catch_up: ${catchUp}`);
    const resume: EntryInput = { kind: 'resume', at, pausedAt: start + hour, slotAt };
    return advance(context(definition, at), from ?? begin(definition).state, [resume]);
  };

  test.each([
    ['sends what is not too late', '{ send_if_within: PT4H }', start + 14 * hour, { kind: 'send', step: 'first' }],
    [
      'skips what is too late and waits for the next',
      '{ send_if_within: PT4H }',
      start + 14 * hour + 1,
      { kind: 'wait', until: start + 20 * hour },
    ],
    [
      'skips one and sends the next where only the first is too late',
      '{ send_if_within: PT4H }',
      start + 22 * hour,
      { kind: 'send', step: 'second' },
    ],
    ['skips both after a long pause', '{ send_if_within: PT4H }', start + 30 * hour, { kind: 'finished', outcome: 'completed' }],
    ['skips what fell due', 'skip_step', start + 11 * hour, { kind: 'wait', until: start + 20 * hour }],
    ['leaves when something fell due', 'exit', start + 11 * hour, { kind: 'finished', outcome: 'exited', reason: 'paused' }],
    ['does nothing where nothing fell due', 'exit', start + 9 * hour, { kind: 'wait', until: start + 10 * hour }],
  ])('%s', (_name, catchUp, at, pending) => {
    expect(resumed(catchUp, at).pending).toMatchObject(pending);
  });

  test('says what it skipped and how late it was', () => {
    expect(texts(resumed('{ send_if_within: PT4H }', start + 16 * hour))).toContain(
      'Skips a message: a pause has made the email first 6 hours late.',
    );
  });

  test('judges a message that was waiting for its slot by the slot, not by its arrival', () => {
    const definition = journey(steps);
    const held = advance(context(definition, start + 10 * hour), begin(definition).state, []).state;

    expect(resumed('exit', start + 18 * hour, held, start + 19 * hour).pending).toMatchObject({ kind: 'send', step: 'first' });
    expect(resumed('skip_step', start + 18 * hour, held, start + 17 * hour).pending).toMatchObject({ kind: 'wait' });
  });

  test('and an exit: the exit wins', () => {
    const definition = journey(steps, 'exits: [ { on: order.paid } ]');
    const inputs: readonly EntryInput[] = [
      { kind: 'resume', at: start + 11 * hour, pausedAt: start + hour },
      fact('order.paid', start + 2 * hour),
    ];

    expect(advance(context(definition, start + 11 * hour), begin(definition).state, inputs).pending).toMatchObject({
      reason: 'order-paid',
    });
  });
});

describe('decideEntry', () => {
  const history = { lastEnteredAt: null, enteredBefore: false, openOthers: 0 };
  const definition = (entry: string): JourneyDefinition => journey('  - exit: {}\n', `entry: { key: cart, ${entry} }`);
  const filtered = definition(
    'reentry: always, filters: [ { identified: true }, { cart: { value: { at_least: 20 } }, reason: below-minimum } ]',
  );

  test('gives the reason of the first filter that does not hold, and says what is not known', () => {
    const anonymous = { profile: { identified: false, traits: {} } };

    expect(decideEntry(context(filtered, start, anonymous), history)).toEqual({
      kind: 'not-entered',
      reason: 'not-identified',
      text: 'Does not enter: the person is not known.',
    });
    expect(decideEntry(context(filtered, start), history)).toMatchObject({
      reason: 'below-minimum',
      text: "Does not enter: it is not known whether the cart's value is at least 20.",
    });
  });

  test.each([
    ['once', true, null, 'reentry'],
    ['once', false, null, null],
    ['always', true, start - 1, null],
    ['{ interval: P7D }', true, start - 7 * day + 1, 'reentry'],
    ['{ interval: P7D }', true, start - 7 * day, null],
  ])('re-entry %s, entered before %s at %s: %s', (reentry, enteredBefore, lastEnteredAt, reason) => {
    const decision = decideEntry(context(definition(`reentry: ${reentry}`), start), { ...history, enteredBefore, lastEnteredAt });

    expect(decision).toMatchObject(reason === null ? { kind: 'enter' } : { kind: 'not-entered', reason });
  });

  test.each([
    ['reject', 'already-in'],
    ['merge', 'merged'],
    ['parallel', null],
  ] as const)('beside another entry, %s: %s', (concurrency, reason) => {
    const rules = definition('reentry: always');
    const decision = decideEntry(context({ ...rules, entry: { ...rules.entry, concurrency } }, start), { ...history, openOthers: 1 });

    expect(decision).toMatchObject(reason === null ? { kind: 'enter' } : { kind: 'not-entered', reason });
  });
});

test('what conditions count is asked for once, as far back as the widest window', () => {
  const counting = journey(
    `  - split: { branches: [ { when: { any: [ { event_count: { name: order.paid, within: P7D, is: 0 } }, { not: { event_count: { name: product.viewed, at_least: 2 } } } ] } } ] }\n`,
    'exits: [ { id: x, when: { event_count: { name: product.viewed, within: PT1H, at_least: 9 } } }, { id: z, when: { event_count: { name: cart.updated, at_least: 9 } } }, { id: w, when: { event_count: { name: cart.updated, within: PT1H, at_least: 9 } } }, { id: y, when: { event_count: { name: order.paid, within: PT24H, at_least: 9 } } } ]',
  );

  expect(
    eventInstants.question(
      needsOf(counting).filter((need) => need.of === 'event_instants'),
      start,
    ),
  ).toEqual(
    new Map([
      ['product.viewed', null],
      ['cart.updated', null],
      ['order.paid', start - 7 * day],
    ]),
  );
});

test('who walks in circles is stopped, by the name of the journey and the step', () => {
  const definition = journey('  - split: { id: ring, branches: [ { when: { identified: true } } ] }\n');
  const ring = definition.steps['ring'];
  if (ring?.kind !== 'split') throw new Error('The journey has a split.');
  const circle: JourneyDefinition = {
    ...definition,
    steps: { ring: { ...ring, branches: ring.branches.map((branch) => ({ ...branch, next: step('ring') })) } },
  };

  expect(() => begin(circle)).toThrow(/Journey test .*ring/);
});

describe('in any journey, with any turns', () => {
  const wait = fc.record({
    kind: fc.constant('wait' as const),
    hours: fc.integer({ min: 0, max: 60 }),
    from: fc.constantFrom('start', 'previous'),
  });
  const calendar = fc.record({
    kind: fc.constant('calendar' as const),
    days: fc.integer({ min: 0, max: 3 }),
    at: fc.integer({ min: 0, max: 23 }),
  });
  const send = fc.record({ kind: fc.constant('send' as const) });
  const until = fc.record({ kind: fc.constant('until' as const), hours: fc.integer({ min: 1, max: 40 }) });
  const journeys = fc.array(fc.oneof(wait, calendar, send, until), { minLength: 1, maxLength: 8 }).map((parts) =>
    journey(
      parts
        .map((part) => {
          if (part.kind === 'send') return '  - send: { channel: email, template: t }\n';
          if (part.kind === 'wait') return `  - wait: { for: PT${part.hours}H, from: ${part.from} }\n`;
          if (part.kind === 'calendar') return `  - wait: { for: P${part.days}D, at: "${String(part.at).padStart(2, '0')}:00" }\n`;
          return `  - wait_until: { branches: [ { on: product.viewed }, { on: page.viewed, steps: [ { wait: { for: PT5H } } ] } ], timeout: PT${part.hours}H }\n`;
        })
        .join(''),
      'exits: [ { on: order.paid } ]\nmax_duration: P6D',
    ),
  );
  const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
  const turns = fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 30 * hour }),
      input: fc.constantFrom('none', 'product.viewed', 'none', 'none', 'order.paid'),
    }),
    { maxLength: 25 },
  );

  test('nobody goes past an instant before it has come, and the same again gives the same', () => {
    fc.assert(
      fc.property(
        journeys,
        zones,
        turns,
        fc.integer({ min: Date.UTC(2026, 2, 26), max: Date.UTC(2026, 2, 31) }),
        (definition, zone, plan, first) => {
          let at = first;
          let now = advance(context(definition, at, {}, zone), newEntryState({ at, trigger: {} }), []);
          for (const turn of plan) {
            if (now.pending.kind === 'finished') return;
            const before = now;
            at += turn.after;
            const here = context(definition, at, {}, zone);
            const inputs = turn.input === 'none' ? [] : [fact(turn.input as FactName, at)];
            now = advance(here, before.state, inputs);
            expect(advance(here, before.state, inputs)).toEqual(now);
            expect(JSON.parse(JSON.stringify(now.state))).toEqual(now.state);
            if (before.pending.kind === 'wait' && inputs.length === 0 && at < (before.pending.until ?? 0))
              expect(now.pending).toEqual(before.pending);
            if (now.pending.kind === 'wait') expect(now.pending.until).toBeGreaterThan(at);
            if (turn.input === 'order.paid') expect(now.pending).toMatchObject({ kind: 'finished', reason: 'order-paid' });
            if (now.pending.kind === 'send') now = completeSend(here, now.state, accepted);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('facts seen one turn after another, or all in one turn, lead to the same while nothing falls due', () => {
    // At an instant at which a time-out is over, a turn that has not heard of a fact yet rightly goes on without it; and of two facts of
    // one instant nobody can say which was first. So: within the first hour, after the start, each at an instant of its own.
    const ago = fc.uniqueArray(
      fc.record({ ago: fc.integer({ min: 0, max: hour - 2 }), name: fc.constantFrom('product.viewed', 'page.viewed', 'order.paid') }),
      { minLength: 2, maxLength: 6, selector: (one) => one.ago },
    );
    fc.assert(
      fc.property(journeys, zones, ago, (definition, zone, told) => {
        const at = start + hour - 1;
        const here = context(definition, at, {}, zone);
        const inputs = told.map(({ ago: ms, name }) => fact(name as FactName, at - ms)).toSorted((a, b) => a.at - b.at);
        const together = advance(here, begin(definition, start, zone).state, inputs);
        let apart = begin(definition, start, zone);
        for (const input of inputs) {
          apart = advance(here, apart.state, [input]);
          // What ends an entry is the last thing that it sees.
          if (apart.pending.kind === 'finished') break;
        }
        if (apart.pending.kind === 'finished') expect(together.pending.kind).toBe('finished');
        else expect([apart.state, apart.pending]).toEqual([together.state, together.pending]);
      }),
      { numRuns: 150 },
    );
  });
});
