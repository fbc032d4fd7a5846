import type { z } from 'zod';
import type { VerdictReason } from '../domain/gate/verdict.js';
import type { Instant } from '../domain/time/instant.js';
import { readTimeZone } from '../domain/time/time-zone.js';
import type { FileProblem } from '../yaml/problem.js';
import { checkYaml, problemAt, readYaml } from '../yaml/yaml-file.js';
import { readHappening } from './read-happening.js';
import { readPeople } from './read-people.js';
import { type About, type Path, Reading, type ScenarioOptions } from './reading.js';
import { type outcome, scenarioFile, type WrittenAnswer, type WrittenExpectation, type WrittenScenario } from './scenario-source.js';
import type { Script, ScriptedAnswer } from './script.js';
import type { StoryMessageState } from './story.js';

/** A script with what it should come to. */
export interface Scenario {
  readonly name: string;
  readonly script: Script;
  /** Journeys that run beside the one that is played: files, as the scenario names them, and where. */
  readonly journeys: readonly { readonly file: string; readonly complain: (message: string, suggestion: string | null) => FileProblem }[];
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
  /** The same about a part of the story. */
  readonly of?: readonly (Omit<Expectation, 'of'> & { readonly person?: string; readonly journey?: string })[];
}

export interface ExpectedMessage {
  readonly step: string;
  readonly state?: StoryMessageState;
  readonly reason?: VerdictReason;
  readonly at?: Instant;
  /** Names of the products it shows, in any order. */
  readonly products?: readonly string[];
  readonly attempts?: number;
  /** What the subject or the text contains. */
  readonly says?: string;
}

type ParsedScenarios =
  | { readonly kind: 'ok'; readonly scenarios: readonly Scenario[] }
  | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] };

/** Reads a file of scenarios; complaints name line and column. Times without a zone are those of the persona, else of the shop. */
export function parseScenarios(source: string, options: ScenarioOptions): ParsedScenarios {
  const yaml = readYaml(options.file, source);
  const checked = checkYaml(yaml, scenarioFile);
  if (checked.kind === 'invalid') return checked;
  const reading = new Reading(yaml, options);
  const scenarios = checked.value.map((written, index) => readScenario(reading, written, index));
  return reading.problems.length > 0 ? { kind: 'invalid', problems: reading.problems } : { kind: 'ok', scenarios };
}

/** Turns what is written into instants and people. */
function readScenario(reading: Reading, written: WrittenScenario, index: number): Scenario {
  const timeZone = readTimeZone(firstPersona(written)?.traits?.['timezone']) ?? reading.options.shopTimeZone;
  const startAt = reading.when(written.start, [index, 'start'], { startAt: 0, timeZone });
  const about = { startAt, timeZone };
  const people = readPeople(reading, written, [index], about);
  const { until } = written;
  return {
    name: written.name,
    journeys: written.journeys.map((file, place) => ({
      file,
      complain: (message, suggestion) => problemAt(reading.yaml, [index, 'journeys', place], message, suggestion),
    })),
    script: {
      name: written.name,
      startAt,
      ...(until === undefined ? {} : { until: reading.when(until, [index, 'until'], about) }),
      persona: people.persona,
      ...(people.personaName === null ? {} : { personaName: people.personaName }),
      people: people.others,
      emptyOffers: written.empty_offers,
      happenings: written.events.flatMap((event, place) => readHappening(reading, event, [index, 'events', place], { ...about, people })),
      answers: Object.fromEntries(Object.entries(written.answers).map(([step, answer]) => [step, readAnswer(answer)])),
    },
    expect: {
      ...readExpectation(reading, written.expect, [index, 'expect'], about),
      ...(written.expect.of === undefined
        ? {}
        : {
            of: written.expect.of.map(({ person, journey, ...part }, place) => {
              const path = [index, 'expect', 'of', place];
              if (person !== undefined) reading.named(person, [...path, 'person'], people);
              return {
                ...readExpectation(reading, part, path, about),
                ...(person === undefined ? {} : { person }),
                ...(journey === undefined ? {} : { journey }),
              };
            }),
          }),
    },
  };
}

function readExpectation(reading: Reading, written: WrittenExpectation, path: Path, about: About): Omit<Expectation, 'of'> {
  const { not_entered: notEntered, messages, outcome: end, reason, entries, sent, says } = written;
  return given({
    outcome: end,
    reason,
    entries,
    sent,
    says,
    notEntered,
    messages: messages?.map(({ at, ...message }, place) =>
      given({ ...message, at: at === undefined ? undefined : reading.when(at, [...path, 'messages', place, 'at'], about) }),
    ),
  }) as Omit<Expectation, 'of'>;
}

function firstPersona({ persona, people }: WrittenScenario) {
  return persona ?? Object.values(people)[0];
}

function readAnswer(written: WrittenAnswer): ScriptedAnswer {
  return typeof written === 'string' ? { kind: written } : { kind: 'busy', times: written.busy };
}

/** Without the fields that are not there. */
function given<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as ReturnType<typeof given<Value>>;
}
