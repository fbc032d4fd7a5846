import { z } from 'zod';
import { channels } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import { suppressionReasons } from '../domain/suppression.js';
import { readTimeZone } from '../domain/time-zone.js';
import { verdictReasons } from '../domain/verdict.js';
import { entryOutcomes } from '../journey/entry.js';
import { checkYaml, problemAt, readYaml, type YamlFile } from '../yaml/yaml-file.js';
import type { FileProblem } from '../yaml/problem.js';
import { tiers } from '../domain/engagement-tier.js';
import { castPersona, type Persona, personaNames } from './persona.js';
import { type HappeningKind, pauseScopes, receiptStatuses, type Script, type ScriptedAnswer } from './script.js';
import { storyMessageStates } from './story.js';
import { parseWhen, whenForms } from './when.js';

/** A script with what it should come to. */
export interface Scenario {
  readonly name: string;
  readonly script: Script;
  readonly expect: Expectation;
}

/** What a story must say; a field that is absent is not looked at. */
export interface Expectation {
  /** Of the last entry that was not superseded; `none`: nothing ever armed, `running`: it had not ended. */
  readonly outcome?: z.output<typeof outcome>;
  /** Reason of the last entry's outcome. */
  readonly reason?: string;
  /** The last entry did not enter, for this reason. */
  readonly notEntered?: string;
  /** Outcomes of all entries, in the order in which they armed. */
  readonly entries?: readonly z.output<typeof outcome>[];
  /** Steps whose messages were sent, in order: these and no others. */
  readonly sent?: readonly string[];
  /** All messages that the gate was asked for, in order. */
  readonly messages?: readonly ExpectedMessage[];
  /** Pieces of text that the story contains, in this order. */
  readonly says?: readonly string[];
}

export interface ExpectedMessage {
  readonly step: string;
  readonly state?: (typeof storyMessageStates)[number];
  readonly reason?: (typeof verdictReasons)[number];
  readonly at?: Instant;
  /** Names of the products it shows, in any order. */
  readonly products?: readonly string[];
  readonly attempts?: number;
}

type ParsedScenarios =
  | { readonly kind: 'ok'; readonly scenarios: readonly Scenario[] }
  | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] };

/** When a scenario does not say: a Tuesday morning. */
const usualStart = '2026-12-01T10:00';

/** Reads a file of scenarios; complaints name line and column. Times without a zone are those of the persona, else of the shop. */
export function parseScenarios(source: string, options: { readonly file: string; readonly shopTimeZone: string }): ParsedScenarios {
  const yaml = readYaml(options.file, source);
  const checked = checkYaml(yaml, fileSchema);
  if (checked.kind === 'invalid') return checked;
  const reading = new Reading(yaml, options.shopTimeZone);
  const scenarios = checked.value.map((written, index) => reading.scenario(written, index));
  return reading.problems.length > 0 ? { kind: 'invalid', problems: reading.problems } : { kind: 'ok', scenarios };
}

const when = z.string();
const properties = z.record(z.string(), z.unknown());
const outcome = z.enum([...entryOutcomes, 'none', 'running']);

const consentSchema = z.strictObject({
  channel: z.enum(channels),
  topic: z.string().default('marketing'),
  state: z.enum(['granted', 'denied']).default('granted'),
});

/** One of the cast by name, or somebody like one. */
const personaSchema = z.preprocess(
  (written) => (typeof written === 'string' ? { like: written } : written),
  z.strictObject({
    like: z.enum(personaNames),
    identified: z.boolean().optional(),
    traits: properties.optional(),
    consents: z.array(consentSchema.extend({ at: when.default('-30d') })).optional(),
    tier: z.enum(tiers).optional(),
    suppressed: z.partialRecord(z.enum(channels), z.enum(suppressionReasons)).optional(),
    unreachable: z.partialRecord(z.enum(channels), z.string()).optional(),
    messages_before: z.array(z.strictObject({ channel: z.enum(channels), topic: z.string().default('marketing'), at: when })).optional(),
    orders_before: z.array(when).optional(),
  }),
);

const actions = ['track', 'identify', 'page', 'consent', 'receipt', 'pause', 'resume', 'suppress', 'order_lookup', 'exit'] as const;

const happeningSchema = z
  .strictObject({
    at: when,
    /** Name of a Segment track event, as the shop sends it. */
    track: z.string().optional(),
    properties: properties.optional(),
    identify: properties.optional(),
    page: z.string().optional(),
    consent: consentSchema.optional(),
    /** Somebody else than the persona. */
    who: z.string().optional(),
    /** When it happened, where that is earlier than it arrives. */
    happened: when.optional(),
    /** The client's own id: two events with the same are one. */
    message_id: z.string().optional(),
    receipt: z.strictObject({ step: z.string(), status: z.enum(receiptStatuses) }).optional(),
    pause: z.enum(pauseScopes).optional(),
    resume: z.enum(pauseScopes).optional(),
    suppress: z.strictObject({ channel: z.enum(channels), reason: z.enum(suppressionReasons) }).optional(),
    order_lookup: z.enum(['found', 'none', 'failed']).optional(),
    exit: z.string().optional(),
  })
  .refine((happening) => actions.filter((action) => happening[action] !== undefined).length === 1, {
    message: `needs exactly one of ${actions.join(', ')}`,
  });

const answerSchema = z.union([z.enum(['rejected', 'silent']), z.strictObject({ busy: z.number().int().min(1) })]);

const expectSchema = z.strictObject({
  outcome: outcome.optional(),
  reason: z.string().optional(),
  not_entered: z.string().optional(),
  entries: z.array(outcome).optional(),
  sent: z.array(z.string()).optional(),
  messages: z
    .array(
      z.strictObject({
        step: z.string(),
        state: z.enum(storyMessageStates).optional(),
        reason: z.enum(verdictReasons).optional(),
        at: when.optional(),
        products: z.array(z.string()).optional(),
        attempts: z.number().int().optional(),
      }),
    )
    .optional(),
  says: z.array(z.string()).optional(),
});

const fileSchema = z.array(
  z.strictObject({
    name: z.string(),
    start: when.default(usualStart),
    persona: personaSchema,
    events: z.array(happeningSchema),
    answers: z.record(z.string(), answerSchema).default({}),
    expect: expectSchema,
  }),
);

type Written = z.output<typeof fileSchema>[number];
type WrittenHappening = Written['events'][number];
type Path = readonly (string | number)[];

/** Turns what is written into instants and persons, and collects what cannot be. */
class Reading {
  readonly problems: FileProblem[] = [];
  readonly #yaml: YamlFile;
  readonly #shopTimeZone: string;

  constructor(yaml: YamlFile, shopTimeZone: string) {
    this.#yaml = yaml;
    this.#shopTimeZone = shopTimeZone;
  }

  scenario(written: Written, index: number): Scenario {
    const timeZone = this.#timeZoneOf(written);
    const startAt = this.#when(written.start, [index, 'start'], { startAt: 0, timeZone });
    const about = { startAt, timeZone };
    const happenings = written.events.map((happening, event) => {
      const path = [index, 'events', event];
      const at = this.#when(happening.at, [...path, 'at'], about);
      const happenedAt = happening.happened === undefined ? at : this.#when(happening.happened, [...path, 'happened'], about);
      if (happenedAt > at) this.#complain([...path, 'happened'], 'An event cannot arrive before it happens.');
      return { at, what: readHappening(happening, happenedAt) };
    });
    const { outcome: end, reason, not_entered: notEntered, entries, sent, messages, says } = written.expect;
    return {
      name: written.name,
      script: {
        name: written.name,
        startAt,
        persona: this.#persona(written.persona, [index, 'persona'], about),
        happenings,
        answers: Object.fromEntries(Object.entries(written.answers).map(([step, answer]) => [step, readAnswer(answer)])),
      },
      expect: {
        ...(end === undefined ? {} : { outcome: end }),
        ...(reason === undefined ? {} : { reason }),
        ...(notEntered === undefined ? {} : { notEntered }),
        ...(entries === undefined ? {} : { entries }),
        ...(sent === undefined ? {} : { sent }),
        ...(messages === undefined
          ? {}
          : { messages: messages.map((message, place) => this.#message(message, [index, 'expect', 'messages', place], about)) }),
        ...(says === undefined ? {} : { says }),
      },
    };
  }

  #persona(written: Written['persona'], path: Path, about: About): Persona {
    const base = castPersona(written.like, about.startAt);
    return {
      ...base,
      identified: written.identified ?? base.identified,
      traits: { ...base.traits, ...written.traits },
      consents:
        written.consents?.map(({ at, ...consent }, index) => ({
          ...consent,
          at: this.#when(at, [...path, 'consents', index, 'at'], about),
          method: 'form',
          source: 'scenario',
        })) ?? base.consents,
      ...(written.tier === undefined ? {} : { tier: written.tier }),
      suppressed: written.suppressed ?? {},
      unreachable: written.unreachable ?? {},
      messagesBefore: (written.messages_before ?? []).map(({ at, ...message }, index) => ({
        ...message,
        at: this.#when(at, [...path, 'messages_before', index, 'at'], about),
      })),
      ordersBefore: (written.orders_before ?? []).map((at, index) => this.#when(at, [...path, 'orders_before', index], about)),
    };
  }

  #message(written: NonNullable<Written['expect']['messages']>[number], path: Path, about: About): ExpectedMessage {
    const { step, state, reason, at, products, attempts } = written;
    return {
      step,
      ...(state === undefined ? {} : { state }),
      ...(reason === undefined ? {} : { reason }),
      ...(at === undefined ? {} : { at: this.#when(at, [...path, 'at'], about) }),
      ...(products === undefined ? {} : { products }),
      ...(attempts === undefined ? {} : { attempts }),
    };
  }

  #timeZoneOf({ persona }: Written): string {
    const stated = persona.traits?.['timezone'];
    return readTimeZone(stated) ?? this.#shopTimeZone;
  }

  #when(text: string, path: Path, about: About): Instant {
    const at = parseWhen(text, about);
    if (at === null) this.#complain(path, `"${text}" is no instant. Write ${whenForms}.`);
    return at ?? about.startAt;
  }

  #complain(path: Path, message: string): void {
    this.problems.push(problemAt(this.#yaml, path, message, null));
  }
}

interface About {
  readonly startAt: Instant;
  readonly timeZone: string;
}

/** The schema has seen to it that exactly one of these is there. */
function readHappening(written: WrittenHappening, happenedAt: Instant): HappeningKind {
  const { track, identify, page, consent, receipt, pause, resume, suppress, order_lookup: orderLookup, exit } = written;
  const event = { kind: 'event', who: written.who ?? null, happenedAt, messageId: written.message_id ?? null } as const;
  if (track !== undefined) return { ...event, type: 'track', name: track, properties: written.properties ?? {} };
  if (identify !== undefined) return { ...event, type: 'identify', name: null, properties: identify };
  if (page !== undefined) return { ...event, type: 'page', name: page, properties: written.properties ?? {} };
  if (consent !== undefined) {
    const { channel, topic, state } = consent;
    const name = state === 'granted' ? 'Consent Granted' : 'Consent Revoked';
    return { ...event, type: 'track', name, properties: { channel, topic, method: 'form', source: 'scenario' } };
  }
  if (receipt !== undefined) return { kind: 'receipt', step: receipt.step, status: receipt.status };
  if (pause !== undefined) return { kind: 'pause', scope: pause };
  if (resume !== undefined) return { kind: 'resume', scope: resume };
  if (suppress !== undefined) return { kind: 'suppress', channel: suppress.channel, reason: suppress.reason };
  if (orderLookup !== undefined) return { kind: 'order-lookup', answer: orderLookup };
  return { kind: 'exit', reason: exit ?? 'exit' };
}

function readAnswer(written: z.output<typeof answerSchema>): ScriptedAnswer {
  return typeof written === 'string' ? { kind: written } : { kind: 'busy', times: written.busy };
}
