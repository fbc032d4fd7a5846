import { type RawBuilder, sql } from 'kysely';
import { type Channel, channelKind, channels } from '../domain/messages/channel.js';

/** The address of a person on a channel, of the row `p` of `profiles`; null: they have none, or it is no channel of ours. */
export function addressOnProfile(channel: RawBuilder<unknown>): RawBuilder<string | null> {
  const cases = channels.map((one) => sql`when ${one} then ${keptIn(one)}`);
  return sql<string | null>`case ${channel} ${sql.join(cases, sql` `)} end`;
}

function keptIn(channel: Channel): RawBuilder<unknown> {
  const { keptIn } = channelKind(channel).address;
  return 'column' in keptIn ? sql.ref(`p.${keptIn.column}`) : sql`p.traits->>${keptIn.trait}`;
}

/** Where a message went: an address alone, or one with a name. `alias`: of its row. Null: nothing was rendered, or it is forgotten. */
export function addressInContent(alias: string): RawBuilder<string | null> {
  const content = sql.ref(`${alias}.content`);
  return sql<string | null>`coalesce(${content}->'to'->>'address', ${content}->>'to')`;
}

/** As `addressInContent`, of the channels whose addresses are kept in this column of people; null for the others. */
export function addressKeptIn(column: 'email' | 'phone', alias: string): RawBuilder<string | null> {
  const own = channels.filter((channel) => {
    const { keptIn } = channelKind(channel).address;
    return 'column' in keptIn && keptIn.column === column;
  });
  return sql<string | null>`case when ${sql.ref(`${alias}.channel`)} = any(${own}::text[]) then ${addressInContent(alias)} end`;
}

/** Of these traits (SQL, an object), those that are an address on some channel; null where no channel keeps one there. */
export function addressTraits(traits: RawBuilder<unknown>): RawBuilder<Readonly<Record<string, unknown>> | null> {
  const names = channels.flatMap((channel) => {
    const { keptIn } = channelKind(channel).address;
    return 'trait' in keptIn ? [keptIn.trait] : [];
  });
  if (names.length === 0) return sql`null::jsonb`;
  return sql`jsonb_build_object(${sql.join(names.flatMap((name) => [sql`${name}::text`, sql`${traits}->>${name}::text`]))})`;
}
