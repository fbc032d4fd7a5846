import type { Instant } from '../domain/time/instant.js';
import type { Known } from '../journey/knowledge.js';
import { knowledgeSources } from './index.js';
import type { AskedSource } from './load.js';
import type { KnowledgeSource, OpenSealed } from './source.js';

type AnySource = KnowledgeSource<unknown, unknown, unknown>;
type Readable = AnySource & { readonly template: NonNullable<AnySource['template']> };

function readable(): readonly (readonly [name: string, source: Readable])[] {
  return Object.entries(knowledgeSources as unknown as Readonly<Record<string, AnySource>>).flatMap(([name, source]) =>
    source.template === undefined ? [] : [[name, source as Readable] as const],
  );
}

/** What templates may read beside what every message has: an example of each, by its name. */
export function templateExamples(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(readable().map(([name, { template }]) => [name, template.example]));
}

/** Of these sources (`recommendations`, `recommendations gifts`) what a template wants to know; those that are none are left out. */
export function askedByTemplate(names: readonly string[], at: Instant, open?: OpenSealed): readonly AskedSource[] {
  return readable().flatMap(([name, source]) => (names.includes(name) ? [askedOf(name, source, { names, at, open })] : []));
}

/** What a message may read of the sources that its template names. */
export interface ToldToTemplate {
  readonly shown: Readonly<Record<string, unknown>>;
  /** Why the message must wait: it names something of which there is nothing yet. Null: all that must be there is. */
  readonly missing: string | null;
  /** The promise whose code it shows; null: none. */
  readonly promise: number | null;
}

export const toldNothing: ToldToTemplate = { shown: {}, missing: null, promise: null };

export function toldToTemplate(asked: readonly AskedSource[], known: Known, at: Instant): ToldToTemplate {
  const shown = shownToTemplate(asked, known, at);
  const without = asked.flatMap(({ name, source }) => (shown[name] === null ? (source.template?.without ?? []) : []));
  return { shown, missing: without[0] ?? null, promise: known.offer?.id ?? null };
}

function askedOf(
  name: string,
  source: Readable,
  { names, at, open }: { readonly names: readonly string[]; readonly at: Instant; readonly open: OpenSealed | undefined },
): AskedSource {
  const question = source.question([source.template.need, ...furtherNeeds(name, source, names)], at);
  return { name, source, question, ...(source.template.opensSealed === true && open !== undefined ? { open } : {}) };
}

/** The answers as templates read them; what shows as null is not there. */
export function shownToTemplate(asked: readonly AskedSource[], known: Known, at: Instant): Readonly<Record<string, unknown>> {
  const answers = known as Readonly<Record<string, unknown>>;
  return Object.fromEntries(asked.map(({ name, source }) => [name, source.template?.show(answers[name], at) ?? null]));
}

function furtherNeeds(name: string, { template }: Readable, names: readonly string[]): readonly unknown[] {
  const further = names.filter((one) => one.startsWith(`${name} `)).map((one) => one.slice(name.length + 1));
  return template.needOf === undefined ? [] : further.map(template.needOf);
}
