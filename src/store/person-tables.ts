import { type RawBuilder, sql } from 'kysely';
import { answerTables } from './answer-tables.js';
import { addressKeptIn, addressTraits } from './channel-sql.js';
import { eraseLetters } from './erase-letters.js';
import { experimentTables } from './experiment-tables.js';
import { knownEventNames } from './known-event-names.js';
import { offerTables } from './offer-tables.js';
import { orderTables } from './order-tables.js';
import type { PersonTable, TableName, TableRule, ToldSince } from './person-table.js';
import { quizTables } from './quiz-tables.js';
import { segmentTables } from './segment-tables.js';
import { serviceTables } from './service-tables.js';
import { tablesOfNobody } from './tables-of-nobody.js';
import { taskTables } from './task-tables.js';

// To add a table with a person's data: its migration, its type in `schema.ts`, and its value here. A merge, the undo of a merge, an erasure
// and the person's copy of their data go through this list. `test/store/people/person-tables.test.ts` reads the schema and plants a value
// in every column.

/** Methods of consent that Sojourn notes itself, whose source is its own word too. */
const ownMethods: readonly string[] = [
  'keyword',
  'one-click',
  'preference-centre',
  'unsubscribe-page',
  'list-unsubscribe-mail',
  'feedback-loop',
];

const ofEvents = ({ events }: ToldSince): RawBuilder<unknown> => sql`event_id = any(${events})`;
const inMessages = (ids: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`message_id in (select id from messages where profile_id = ${ids})`;
const inEntries = (ids: RawBuilder<unknown>): RawBuilder<unknown> => sql`entry_id in (select id from entries where profile_id = ${ids})`;
const nothing = (): readonly RawBuilder<unknown>[] => [];

/**
 * What each table does with a person. The statements run in this order; the caller holds the locks (profiles, carts, entries). A statement
 * that reads another table's rows comes before those are deleted, and after those are restored.
 */
export const personTables: { readonly [Name in TableName]: TableRule<Name> } = {
  dead_letters: {
    kind: 'person',
    merge: { kind: 'stays', why: 'Nobody knows whose a letter is until it can be read.' },
    erase: eraseLetters,
    keeps: [],
    export: { kind: 'nothing', why: 'It could not be read, so nobody knows whose it is; it may hold what others wrote.' },
  },
  suspect_ids: {
    kind: 'person',
    merge: { kind: 'stays', why: 'It is about an id, not about the person who has it.' },
    erase: ({ ids }) => [sql`delete from suspect_ids where value in (select value from identities where profile_id = ${ids})`],
    keeps: [],
    export: { kind: 'nothing', why: 'The id is among the identities.' },
  },
  identities: {
    kind: 'person',
    merge: { kind: 'own', where: 'merges.ts: an id is named by its kind and its value' },
    erase: ({ ids }) => [sql`delete from identities where profile_id = ${ids}`],
    keeps: [],
    export: { kind: 'shown', by: 'profile', leavesOut: { told_by: 'It says which kind of key named the id.' } },
  },
  carts: {
    kind: 'person',
    merge: {
      kind: 'moves',
      row: 'id',
      since: ({ mergedAt, events }) => sql`created_at >= ${mergedAt} and id in (select cart_id from facts where event_id = any(${events}))`,
    },
    erase: ({ ids }) => [sql`update carts set lines = '[]', fold = '{}', token = '', value = 0 where profile_id = ${ids}`],
    keeps: ['state', 'currency'],
    export: { kind: 'shown', by: 'profile', leavesOut: { fold: 'It is what the lines are worked out from.' } },
  },
  cart_tokens: {
    kind: 'person',
    merge: { kind: 'follows', table: 'carts' },
    erase: ({ ids }) => [sql`delete from cart_tokens where cart_id in (select id from carts where profile_id = ${ids})`],
    keeps: [],
    export: { kind: 'nothing', why: 'The cart says its token.' },
  },
  facts: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq', since: ofEvents },
    erase: ({ ids }) => [
      sql`update facts set properties = null, subjects = null, name = case when name like 'event:%' then 'event:erased' else name end where profile_id = ${ids}`,
    ],
    keeps: ['event_id'],
    export: { kind: 'nothing', why: 'They are derived from the events.' },
  },
  consents: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq', since: ofEvents },
    // That and when somebody agreed or refused stays as proof, and to which words, by their hash; whom and where from does not.
    erase: ({ ids }) => [
      sql`update consents set text = null, text_hash = coalesce(text_hash, encode(sha256(convert_to(text, 'UTF8')), 'hex')),
        ip = null, user_agent = null, source_url = null, actor = null, evidence = null,
        source = case when method = any(${ownMethods}::text[]) then source else '' end,
        state = case when state = 'pending' then 'expired' else state end
        where profile_id = ${ids}`,
    ],
    keeps: [
      'channel',
      'topic',
      'state',
      'method',
      'event_id',
      'legal_basis',
      'text_hash',
      'locale',
      'not_asked',
      'told_by',
      'undone_state',
    ],
    export: { kind: 'shown', by: 'profile' },
  },
  claims: {
    kind: 'person',
    merge: {
      kind: 'moves',
      row: 'seq',
      since: ofEvents,
      unless: (intoId) => sql`exists (select from claims o where o.profile_id = ${intoId} and o.kind = t.kind and o.value = t.value)`,
    },
    erase: ({ ids }) => [sql`delete from claims where profile_id = ${ids}`],
    keeps: [],
    export: { kind: 'shown', by: 'profile' },
  },
  key_acts: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq', since: ofEvents },
    erase: ({ ids }) => [sql`update key_acts set kept = '{}' where profile_id = ${ids}`],
    keeps: ['key_id', 'event_id', 'kind'],
    export: { kind: 'nothing', why: 'What traits and ids were before: the events said them.' },
  },
  ...orderTables,
  ...serviceTables,
  ...taskTables,
  entries: {
    kind: 'person',
    merge: { kind: 'moves', row: 'id', since: ({ events }) => sql`trigger_event_id = any(${events})` },
    // The key may be a number of the shop's own, such as an order's; the entry's id is as unique.
    erase: ({ ids }) => [
      sql`update entries set data = jsonb_set(data, '{trigger}', '{}') - 'told', entry_key = id, subjects = null where profile_id = ${ids}`,
    ],
    keeps: ['state', 'activity', 'data', 'instruction', 'step', 'outcome', 'outcome_reason', 'trigger_event_id', 'fault'],
    export: {
      kind: 'list',
      name: 'entries',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('id', id, 'journey', journey_id, 'key', entry_key, 'subjects', subjects, 'state', state, 'outcome', outcome,
        'createdAt', created_at, 'finishedAt', finished_at, 'data', data->'trigger') order by created_at, id) from entries where profile_id = ${ids}`,
    },
  },
  entry_inputs: {
    kind: 'person',
    merge: { kind: 'follows', table: 'entries' },
    erase: ({ ids }) => [
      sql`update entry_inputs set input = jsonb_set(input, '{properties}', '{}') where input ? 'properties' and ${inEntries(ids)}`,
    ],
    keeps: ['input'],
    export: { kind: 'nothing', why: 'Its properties are those of an event.' },
  },
  trace: {
    kind: 'person',
    merge: { kind: 'follows', table: 'entries' },
    erase: nothing,
    keeps: ['step', 'kind', 'text'],
    export: { kind: 'nothing', why: 'It says which step was taken, without personal data.' },
  },
  waits: {
    kind: 'person',
    merge: { kind: 'own', where: 'uniteEntries and merges.ts: a wait is for a person, or for what an entry is about' },
    // The rest is by our own ids. Other subjects have those of the shop, such as an order's number; the entry ends at its next turn.
    erase: ({ ids }) => [sql`delete from waits where by_kind not in ('profile', 'cart') and ${inEntries(ids)}`],
    keeps: ['event', 'by_kind', 'by_value', 'purpose'],
    export: { kind: 'nothing', why: 'It says which event an entry waits for; the entry says what it is about.' },
  },
  messages: {
    kind: 'person',
    merge: { kind: 'moves', row: 'id', since: ({ fromId }) => sql`entry_id in (select id from entries where profile_id = ${fromId})` },
    erase: ({ ids }) => [
      sql`update messages set content = null, links = null, recommended = null, address_hash = null where profile_id = ${ids}`,
    ],
    keeps: [
      'origin',
      'journey_id',
      'step',
      'channel',
      'class',
      'topic',
      'template',
      'state',
      'reason',
      'content_hash',
      'mailbox_provider',
      'country',
      'provider',
      'provider_id',
    ],
    export: {
      kind: 'list',
      name: 'messages',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('id', id, 'channel', channel, 'class', class, 'topic', topic, 'template', template,
        'state', state, 'reason', reason, 'createdAt', created_at, 'acceptedAt', accepted_at, 'content', content, 'links', links, 'recommended', recommended,
        'replies', (select json_agg(a.reply order by a.n) from attempts a where a.message_id = m.id and a.reply is not null)) order by created_at, id)
        from messages m where profile_id = ${ids}`,
      leavesOut: { address_hash: 'The content says the address.' },
    },
    addresses: (ids) =>
      sql`select ${addressKeptIn('email', 'messages')}, ${addressKeptIn('phone', 'messages')}, null::jsonb from messages where profile_id = ${ids}`,
  },
  attempts: {
    kind: 'person',
    merge: { kind: 'follows', table: 'messages' },
    erase: ({ ids }) => [sql`update attempts set reply = null where ${inMessages(ids)}`],
    keeps: ['outcome', 'code', 'provider_id', 'host'],
    export: { kind: 'shown', by: 'messages' },
  },
  verdicts: {
    kind: 'person',
    merge: { kind: 'follows', table: 'messages' },
    erase: nothing,
    keeps: ['decision', 'reason', 'detail'],
    export: { kind: 'nothing', why: 'It says why a message left or did not, by codes and instants.' },
  },
  receipts: {
    kind: 'person',
    merge: { kind: 'follows', table: 'messages' },
    erase: nothing,
    keeps: ['dedupe', 'provider', 'status', 'code'],
    export: { kind: 'nothing', why: 'It says what became of a message, by codes; the message says the newest.' },
  },
  interactions: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq', since: ({ fromId }) => inMessages(sql`${fromId}`) },
    erase: ({ ids }) => [sql`delete from interactions where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'interactions',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('messageId', message_id, 'kind', kind, 'link', link, 'verdict', verdict, 'reason', reason,
        'at', at) order by seq) from interactions where profile_id = ${ids}`,
    },
  },
  inbound_messages: {
    kind: 'person',
    merge: { kind: 'moves', row: 'id' },
    erase: ({ ids }) => [sql`update inbound_messages set body = null where profile_id = ${ids}`],
    keeps: ['id', 'channel', 'action'],
    export: {
      kind: 'list',
      name: 'inboundMessages',
      rows: (ids) => sql`select json_agg(json_build_object('channel', channel, 'action', action, 'body', body, 'receivedAt', received_at)
        order by received_at, id) from inbound_messages where profile_id = ${ids}`,
    },
  },
  broadcast_recipients: {
    kind: 'person',
    merge: { kind: 'stays', why: 'A list names each profile once. The recipient is read at the send.' },
    erase: ({ ids }) => [sql`update broadcast_recipients set data = null where profile_id = ${ids}`],
    keeps: ['entry_id'],
    export: {
      kind: 'list',
      name: 'broadcasts',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('name', b.name, 'data', r.data, 'createdAt', b.created_at) order by b.created_at, b.id)
        from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id where r.profile_id = ${ids}`,
    },
  },
  events: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq', since: ({ events }) => sql`message_id = any(${events})` },
    // A name that the shop's own code makes up may say anything: "ada@example.com saw the page".
    erase: ({ ids }) => [
      sql`update events set payload = '{}', matched = case when lower(name) = any(${knownEventNames}::text[]) then matched else '[]' end,
        name = case when lower(name) = any(${knownEventNames}::text[]) then name end where profile_id = ${ids}`,
    ],
    keeps: ['message_id', 'type', 'origin', 'key_id', 'told_id', 'source'],
    export: {
      kind: 'list',
      name: 'events',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('id', message_id, 'type', type, 'name', name, 'occurredAt', occurred_at, 'content', payload)
        order by occurred_at, seq) from events where profile_id = ${ids}`,
      leavesOut: { matched: 'What it did in journeys: the entries say it.' },
    },
    addresses: (
      ids,
    ) => sql`select payload->'traits'->>'email', payload->'traits'->>'phone', ${addressTraits(sql`payload->'traits'`)} from events where profile_id = ${ids} and type = 'identify'
      union select payload->'context'->'traits'->>'email', payload->'context'->'traits'->>'phone', ${addressTraits(sql`payload->'context'->'traits'`)} from events where profile_id = ${ids}`,
  },
  merges: {
    kind: 'person',
    merge: { kind: 'own', where: 'merges.ts: it says which two became one' },
    erase: ({ ids }) => [sql`update merges set kept = '{}' where from_id = ${ids} or into_id = ${ids}`],
    keeps: ['id', 'event_id', 'key_id'],
    export: { kind: 'nothing', why: 'Both people as they were: the events said it.' },
  },
  audit_log: {
    kind: 'person',
    merge: { kind: 'stays', why: 'It can be added to, and nothing else.' },
    erase: nothing,
    keeps: ['act', 'kind', 'actor_kind', 'actor_id', 'profile_ids', 'subject', 'request_id'],
    export: { kind: 'nothing', why: 'It says who of the team did what, by random ids.' },
  },
  audit_outcomes: {
    kind: 'person',
    merge: { kind: 'follows', table: 'audit_log' },
    erase: nothing,
    keeps: [],
    export: { kind: 'nothing', why: 'It says how a call of the API ended, by a number.' },
  },
  suppressions: {
    kind: 'person',
    merge: { kind: 'stays', why: 'It is about an address, not about the person who has it.' },
    erase: nothing, // What keeps the person from being written to by the next import.
    keeps: ['channel', 'hash', 'reason', 'detail', 'made_by'],
    export: { kind: 'shown', by: 'profile' },
  },
  confirmation_requests: {
    kind: 'person',
    merge: { kind: 'stays', why: 'It is about an address, not about the person who has it.' },
    erase: nothing, // A keyed hash, gone after a day.
    keeps: ['channel', 'hash'],
    export: { kind: 'nothing', why: 'A keyed hash of an address that was asked in the last day.' },
  },
  link_requests: {
    kind: 'person',
    merge: { kind: 'stays', why: 'It is about an address, not about the person who has it.' },
    erase: nothing, // A keyed hash, gone after a day.
    keeps: ['kind', 'channel', 'hash'],
    export: { kind: 'nothing', why: 'A keyed hash of an address that was sent a link lately.' },
  },
  idempotency_keys: {
    kind: 'person',
    merge: { kind: 'follows', table: 'entries' },
    erase: nothing, // The answer to a request: ids, a verdict and instants. Gone after a day.
    keeps: ['key_hash', 'request_hash', 'entry_id', 'answer'],
    export: { kind: 'nothing', why: 'It says which message a request made, by our own ids.' },
  },
  // Last: what goes before may read it.
  profiles: {
    kind: 'person',
    merge: { kind: 'own', where: 'profiles.ts and merges.ts: traits by the newest statement, and which profile became which' },
    erase: ({ ids, at }) => [
      sql`update profiles set traits = '{}', trait_times = '{}', engagement = '{}', email = null, phone = null, erased_at = ${at}, updated_at = ${at}
        where id = ${ids}`,
    ],
    keeps: ['id', 'merged_into'],
    export: {
      kind: 'shown',
      by: 'profile',
      leavesOut: {
        trait_times: 'When each trait was said: the events say it.',
        engagement: 'It is worked out from events and interactions, which are listed.',
      },
    },
    addresses: (ids) => sql`select email, phone, ${addressTraits(sql`traits`)} from profiles where id = ${ids}`,
  },
  ...experimentTables,
  ...offerTables,
  ...answerTables,
  ...quizTables,
  ...segmentTables,
  ...tablesOfNobody,
};

/** The tables that hold something of a person, in the order of the list. */
export function tablesOfPeople(): readonly (readonly [TableName, PersonTable])[] {
  return Object.entries(personTables).flatMap(([name, rule]) =>
    (rule as TableRule).kind === 'person' ? [[name as TableName, rule as PersonTable] as const] : [],
  );
}

/** Those whose rows follow a merged profile. */
export function movedTables(): readonly (readonly [TableName, Extract<PersonTable['merge'], { kind: 'moves' }>])[] {
  return tablesOfPeople().flatMap(([name, { merge }]) => (merge.kind === 'moves' ? [[name, merge] as const] : []));
}

/** Every address of these profiles, as it was said: a select of (email, phone, traits that are addresses), each once. */
export function everyAddressOf(ids: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(
    tablesOfPeople().flatMap(([, { addresses }]) => (addresses === undefined ? [] : [addresses(ids)])),
    sql` union `,
  );
}
