import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryInput } from '../journey/entry.js';
import type { Trx } from './db.js';

/** Real milliseconds over which a resume spreads its pokes: 20 ms an entry, a minute at most. */
const spreadPerEntryMs = 20;
const spreadAtMostMs = 60_000;

/**
 * Gives a `resume` input and a poke, with jitter, to every held entry that no pause stops any more. The pause was lifted in a transaction
 * before this one, so that it also sees entries that a turn was just holding. Returns their number.
 */
export async function resumeHeldEntries(
  trx: Trx,
  resume: {
    /** Null: those of all journeys that are not paused themselves. */
    readonly journeyId: string | null;
    /** Channels still stopped: entries with a message held on one of them stay. */
    readonly exceptChannels: readonly Channel[];
    /** Mailbox providers to which marketing is still stopped. */
    readonly exceptProviders: readonly string[];
    readonly at: Instant;
    readonly pausedAt: Instant;
  },
): Promise<number> {
  const held = await trx
    .selectFrom('entries as e')
    .innerJoin('journeys as j', 'j.id', 'e.journey_id')
    .select('e.id')
    .where('e.activity', '=', 'held')
    .where('e.state', '<>', 'finished')
    .where('j.state', '<>', 'paused')
    // Resumed already, and its turn has not come yet.
    .where(
      sql<SqlBool>`not exists (select 1 from entry_inputs i where i.entry_id = e.id and i.consumed_at is null and i.input->>'kind' = 'resume')`,
    )
    .$if(resume.journeyId !== null, (query) => query.where('e.journey_id', '=', resume.journeyId))
    .$if(resume.exceptChannels.length > 0, (query) => query.where(hasNoMessage(sql`m.channel = any(${resume.exceptChannels})`)))
    .$if(resume.exceptProviders.length > 0, (query) => query.where(hasNoMessage(isMarketingTo(resume.exceptProviders))))
    .orderBy('e.id')
    .forUpdate('e')
    .execute();
  const ids = held.map((row) => row.id);
  const input: EntryInput = { kind: 'resume', at: resume.at, pausedAt: resume.pausedAt };
  await giveInput(trx, ids, input, resume.at, Math.min(spreadAtMostMs, ids.length * spreadPerEntryMs));
  return ids.length;
}

/** The message of the step that the entry stands at is none of these. */
function hasNoMessage(such: RawBuilder<unknown>) {
  return sql<SqlBool>`not exists (select 1 from messages m where m.entry_id = e.id and m.step = e.step and m.state = 'reserved' and ${such})`;
}

function isMarketingTo(providers: readonly string[]): RawBuilder<unknown> {
  return sql`m.mailbox_provider = any(${providers}) and m.class in ('marketing', 'broadcast')`;
}

/** Asks entries that have not finished to leave: an `exit` input each, and a poke. Says how many. */
export async function addExitToEntries(
  trx: Trx,
  exit: {
    readonly of: { readonly journeyId: string } | { readonly entryId: string } | { readonly profileIds: readonly string[] };
    readonly reason: string;
    readonly at: Instant;
  },
): Promise<number> {
  const { of } = exit;
  const query = trx.selectFrom('entries').select('id').where('state', '<>', 'finished').orderBy('id').forUpdate();
  const rows = await ('journeyId' in of
    ? query.where('journey_id', '=', of.journeyId)
    : 'entryId' in of
      ? query.where('id', '=', of.entryId)
      : query.where('profile_id', 'in', of.profileIds)
  ).execute();
  const ids = rows.map((row) => row.id);
  await giveInput(
    trx,
    ids,
    { kind: 'exit', reason: exit.reason, at: exit.at },
    exit.at,
    Math.min(spreadAtMostMs, (ids.length - 1) * spreadPerEntryMs),
  );
  return ids.length;
}

/**
 * Entries that are submitting or queued look at their inputs anyway when they come back; the poke of the others is spread over `spreadMs`.
 */
async function giveInput(trx: Trx, ids: readonly string[], input: EntryInput, at: Instant, spreadMs: number): Promise<void> {
  if (ids.length === 0) return;
  await sql`insert into entry_inputs (entry_id, input, created_at)
    select id, ${JSON.stringify(input)}::jsonb, ${at}::bigint from unnest(${ids}::text[]) as id`.execute(trx);
  await sql`update entries set poke_real = real_now_ms() + floor(random() * ${spreadMs}::float8)::bigint
    where id = any(${ids}::text[]) and activity in ('ready', 'waiting', 'held')`.execute(trx);
}
