import { currentValue } from '../../domain/answers/answer.js';
import { mayRead, noFields } from '../../domain/answers/field.js';
import type { Scope } from '../../domain/keys/scopes.js';
import { isSealed, open } from '../../domain/keys/sealed.js';
import { type AnswerRecord, readAnswers } from '../../store/answers.js';
import { findCanonicalProfile } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';

/** An answer as the team sees it. */
export interface ShownAnswer extends AnswerRecord {
  /** It is the newest to its field, and is not too old. */
  readonly isCurrent: boolean;
  /** The value is left out, because the caller may not see the field. */
  readonly isHidden: boolean;
}

/** All answers of a person, the newest first. Null: no such person. `scopes`: of who asks. */
export async function showAnswers(
  deps: Pick<AppDeps, 'store' | 'clock' | 'secret' | 'fields'>,
  profileId: string,
  scopes: readonly Scope[],
): Promise<readonly ShownAnswer[] | null> {
  const canonical = await findCanonicalProfile(deps.store.db, profileId);
  if (canonical === null) return null;
  const fields = deps.fields?.current() ?? noFields;
  const at = deps.clock.now();
  const seen = new Set<string>();
  return (await readAnswers(deps.store.db, canonical)).map((record) => {
    const isNewest = !seen.has(record.name);
    seen.add(record.name);
    // A field that was special once has sealed values, whatever the file says now.
    const isHidden = !mayRead(fields.get(record.name) ?? (isSealed(record.value) ? { visibleTo: 'privacy' } : undefined), scopes);
    return {
      ...record,
      value: isHidden ? null : opened(deps, record),
      isCurrent: isNewest && currentValue(record, at) !== undefined,
      isHidden,
    };
  });
}

function opened({ secret }: Pick<AppDeps, 'secret'>, { name, value }: AnswerRecord): unknown {
  return isSealed(value) ? (open(secret, name, value) ?? null) : value;
}
