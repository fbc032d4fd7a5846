import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { JourneyDefinition } from '../journey/definition.js';
import { needsOf } from '../journey/engine.js';
import type { Known } from '../journey/knowledge.js';
import { knowledgeSources } from './index.js';
import type { About, KnowledgeSource, MemoryLook, OpenSealed } from './source.js';

type AnySource = KnowledgeSource<unknown, unknown, unknown>;

/** What a journey asks of one source. */
export interface AskedSource {
  readonly name: string;
  readonly source: AnySource;
  readonly question: unknown;
  readonly open?: OpenSealed | undefined;
}

/** What the journey asks of each source, at an instant; sources that it does not ask are not there. */
export function askedSources(definition: JourneyDefinition, at: Instant, open?: OpenSealed): readonly AskedSource[] {
  return askedOf(needsOf(definition), at, open);
}

/** These needs, source by source. `open`: who may read what is encrypted where it is kept. */
export function askedOf(needs: readonly { readonly of: string }[], at: Instant, open?: OpenSealed): readonly AskedSource[] {
  const known = bySource.get(needs) ?? groupedBySource(needs);
  bySource.set(needs, known);
  return known.map(({ name, source, asked }) => ({ name, source, question: source.question(asked, at), open }));
}

interface Grouped {
  readonly name: string;
  readonly source: AnySource;
  readonly asked: readonly unknown[];
}

/** A journey's needs are one list for as long as its definition lives, and every turn asks. */
const bySource = new WeakMap<readonly { readonly of: string }[], readonly Grouped[]>();

function groupedBySource(needs: readonly { readonly of: string }[]): readonly Grouped[] {
  return [...new Set(needs.map(({ of }) => of))].map((name) => ({
    name,
    source: sourceNamed(name),
    asked: needs.filter(({ of }) => of === name),
  }));
}

/** The answers as one JSON object, for a statement; null where nothing is asked. */
export function selectKnown(asked: readonly AskedSource[], about: About): RawBuilder<unknown> {
  if (asked.length === 0) return sql`null::json`;
  const columns = asked.map(({ name, source, question }) => sql`${sql.lit(name)}, ${source.fromStore(question, about)}`);
  return sql`json_build_object(${sql.join(columns)})`;
}

export function readKnown(asked: readonly AskedSource[], json: Readonly<Record<string, unknown>> | null): Known {
  return Object.fromEntries(asked.map(({ name, source, open }) => [name, source.read(json?.[name] ?? null, open)]));
}

export function knownInMemory(asked: readonly AskedSource[], look: MemoryLook): Known {
  return Object.fromEntries(asked.map(({ name, source, question }) => [name, source.fromMemory(question, look)]));
}

function sourceNamed(name: string): AnySource {
  const source = (knowledgeSources as unknown as Readonly<Record<string, AnySource>>)[name];
  if (source === undefined) throw new Error(`A journey needs to know ${name}, which nothing here knows.`);
  return source;
}
