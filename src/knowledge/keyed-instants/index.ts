import { type RawBuilder, sql } from 'kysely';
import type { EntryRules } from '../../journey/definition.js';
import { entryKey } from '../../journey/entry-key.js';
import { type EventInstants, grouped, type InstantsNeed, type SinceByFact, sinceByFact } from '../event-instants/index.js';
import { instantsInMemory } from '../event-instants/memory.js';
import { among, type InstantsJson } from '../event-instants/store.js';
import { orderOfEntry } from '../orders/store.js';
import type { About, KnowledgeSource, MemoryLook } from '../source.js';

interface KeyedNeed extends InstantsNeed {
  /** Of the journey: the same in all its conditions. */
  readonly key: EntryRules['key'];
}

interface KeyedQuestion {
  readonly key: EntryRules['key'];
  readonly since: SinceByFact;
}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly keyed_instants: KeyedNeed;
  }
  interface Answers {
    readonly keyed_instants: EventInstants;
  }
}

/** When what conditions count happened to the person with the key of the entry, such as its order. */
export const keyedInstants: KnowledgeSource<KeyedNeed, KeyedQuestion, EventInstants> = {
  question: (needs, at) => ({ key: needs[0]?.key ?? { kind: 'profile' }, since: sinceByFact(needs, at) }),
  fromStore: selectKeyed,
  read: (json) => grouped((json ?? []) as InstantsJson),
  fromMemory: keyedInMemory,
};

function selectKeyed({ key, since }: KeyedQuestion, { entryId, profileId }: About): RawBuilder<unknown> {
  return sql`(select json_agg(json_build_object('name', name, 'at', at) order by at desc) from facts
    where profile_id = ${profileId} and (${among([...since])}) and ${isOfKey(key, entryId)})`;
}

function isOfKey(key: EntryRules['key'], entryId: About['entryId']): RawBuilder<unknown> {
  switch (key.kind) {
    case 'profile':
      return sql`true`;
    case 'cart':
      return sql`cart_id = (select cart_id from entries where id = ${entryId})`;
    case 'order':
      return sql`subjects @> jsonb_build_array(jsonb_build_object('kind', 'order', 'id', ${orderOfEntry(entryId)}))`;
    case 'event':
      return sql`properties #>> ${key.path.split('.')}::text[] = (select entry_key from entries where id = ${entryId})`;
  }
}

function keyedInMemory({ key, since }: KeyedQuestion, look: MemoryLook): EventInstants {
  if (look.entryId === null) return {};
  const { about, entryKey: own } = look.tables.entry(look.entryId);
  const wanted = key.kind === 'event' ? own : entryKey({ key }, { about, properties: {} });
  const isOfKey = (fact: Parameters<typeof entryKey>[1]): boolean => wanted !== null && entryKey({ key }, fact) === wanted;
  return grouped(instantsInMemory(since, { ...look, sharers: [] }).filter(isOfKey));
}
