import { type RawBuilder, sql } from 'kysely';
import type { Answer } from '../../domain/answers/answer.js';
import type { About } from '../source.js';
import type { AskedAnswers } from './asked.js';

export type AnswersJson = readonly Pick<Answer, 'name' | 'value' | 'answeredAt' | 'expiresAt'>[];

/** All answers at the newest instant of each name: of several, the reader takes the one that stands. */
export function selectAnswers(names: AskedAnswers, { profileId }: About): RawBuilder<unknown> {
  const asked = names === null ? sql`true` : sql`name = any(${[...names]}::text[])`;
  return sql`(select json_agg(json_build_object('name', name, 'value', value, 'answeredAt', answered_at, 'expiresAt', expires_at))
    from (select name, value, answered_at, expires_at, rank() over (partition by name order by answered_at desc) as place
      from answers where profile_id = ${profileId} and ${asked}) ranked where place = 1)`;
}
