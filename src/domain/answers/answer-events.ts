import { isSealed } from '../keys/sealed.js';
import { isRecord } from '../values/is-record.js';
import type { AnswerConsent, AnswerValue } from './answer.js';
import { type Field, type Fields, usualValidMs } from './field.js';

/** An answer that an event tells of. */
export interface AnswerTold {
  readonly name: string;
  readonly value: AnswerValue;
  readonly source: string;
  readonly purpose: string | null;
  readonly validMs: number;
  readonly consent: AnswerConsent | null;
}

/** What happened in a quiz or with one question. */
export interface QuizTold {
  readonly step: 'started' | 'answered' | 'completed';
  readonly quiz: string | null;
  readonly version: number | null;
  readonly given: readonly AnswerTold[];
}

export type QuizReading =
  | { readonly kind: 'told'; readonly told: QuizTold; readonly notes: readonly string[] }
  | { readonly kind: 'other' }
  /** `problem`: a sentence naming the property, never its value, and how to mend it. */
  | { readonly kind: 'problem'; readonly problem: string };

const steps: Readonly<Record<string, QuizTold['step']>> = {
  'quiz started': 'started',
  'question answered': 'answered',
  'quiz answered': 'answered',
  'quiz completed': 'completed',
};

const ownName = /^quiz answered$/i;

const longestText = 2_000;
const mostAnswers = 100;

type Properties = Readonly<Record<string, unknown>>;

/**
 * Reads `Quiz Started`, `Question Answered` and `Quiz Completed`: `{field, value}` for one answer or `{answers: {style: 'modern'}}` for
 * several, with
 * `quiz`, `version`, `source`, `purpose` and, for special fields, `consent: {text, method}`.
 */
export function readQuizEvent(name: string, properties: Properties, fields: Fields): QuizReading {
  const step = steps[name.trim().toLowerCase()];
  if (step === undefined) return { kind: 'other' };
  const said = answersIn(properties);
  if (typeof said === 'string') return { kind: 'problem', problem: said };
  // A name that shops use for events of their own: without an answer it is one of those.
  if (said.length === 0 && ownName.test(name.trim())) return { kind: 'other' };
  if (step === 'answered' && said.length === 0)
    return { kind: 'problem', problem: 'An answer needs `field` and `value`, or `answers` as an object of them.' };
  if (said.length > mostAnswers) return { kind: 'problem', problem: `\`answers\` may have at most ${mostAnswers} fields.` };
  const given: AnswerTold[] = [];
  const notes = new Set<string>();
  for (const [field, value] of said) {
    const read = readAnswer(field, value, properties, fields.get(field));
    if (typeof read === 'string') return { kind: 'problem', problem: read };
    if (!fields.has(field)) notes.add('field-not-declared');
    given.push(read);
  }
  const { quiz, quiz_id: quizId, version, quiz_version: quizVersion } = properties;
  const told = { step, quiz: shortText(quiz) ?? shortText(quizId), version: wholeNumber(version) ?? wholeNumber(quizVersion), given };
  return { kind: 'told', told, notes: [...notes] };
}

/** By field; a sentence where it cannot be read. */
function answersIn({ field, value, answers }: Properties): readonly (readonly [string, unknown])[] | string {
  if (answers !== undefined && answers !== null) {
    if (!isRecord(answers)) return '`answers` must be an object such as {"style": "modern"}.';
    return Object.entries(answers);
  }
  if (field === undefined) return [];
  if (shortText(field) === null) return '`field` must be the name of a field, such as style.';
  return value === undefined ? '`value` is missing: null takes the answer back.' : [[field as string, value]];
}

function readAnswer(name: string, value: unknown, properties: Properties, field: Field | undefined): AnswerTold | string {
  const kept = readValue(value);
  if (kept === undefined)
    return `The value of ${place(name, field)} must be text of at most ${longestText} characters, a number, true, false, a list of texts, or null.`;
  const consent = readConsent(properties['consent']);
  const special = field?.special ?? null;
  // Taking back is read leniently; what is kept needs its consent.
  if (special !== null && kept !== null && consent === null)
    return `${name} is special (${special}): it is kept only with a consent of its own. Send consent: {"text": the words that the person agreed to, "method": "form"}.`;
  return {
    name,
    value: kept,
    source: shortText(properties['source']) ?? 'event',
    purpose: shortText(properties['purpose']) ?? field?.purpose ?? null,
    validMs: field?.validMs ?? usualValidMs,
    consent: special === null ? null : consent,
  };
}

/** A name that nobody declared may be anything, an address too. */
function place(name: string, field: Field | undefined): string {
  return field === undefined ? 'a field' : name;
}

/** Undefined: it cannot be an answer. */
function readValue(value: unknown): unknown {
  if (value === null || typeof value === 'boolean' || isSealed(value)) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return value.length > longestText ? undefined : value.trim() === '' ? null : value;
  if (!Array.isArray(value) || value.length > mostAnswers) return undefined;
  return (value as readonly unknown[]).every((one) => typeof one === 'string' && one.length <= longestText) ? value : undefined;
}

function readConsent(value: unknown): AnswerConsent | null {
  if (!isRecord(value)) return null;
  const { text, method } = value;
  if (typeof text !== 'string' || text.trim() === '') return null;
  return { text: text.slice(0, longestText), method: shortText(method) ?? 'unspecified' };
}

function shortText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 200 ? value : null;
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2_000_000_000 ? value : null;
}
