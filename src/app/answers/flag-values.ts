import { checkValue } from '../../domain/answers/check-value.js';
import type { Fields } from '../../domain/answers/field.js';
import type { AnswerAct, ChangedProfile } from '../../projection/rows.js';
import { removeFlags, type ValueFlag, writeFlags } from '../../store/value-flags.js';
import type { Writes } from '../../store/write-together.js';

type Looked = Pick<ValueFlag, 'profileId' | 'kind' | 'field'>;

/** Flags values that seem wrong, and takes flags away where they are right by now. Nothing is written where nothing can be checked. */
export function flagWrites(
  fields: Fields,
  people: readonly ChangedProfile[],
  answers: readonly AnswerAct[],
): Writes<'flags' | 'flags_gone'> {
  const looked = new Map<string, Looked>();
  const flags = new Map<string, ValueFlag>();
  const look = (one: Looked, value: unknown, at: number): void => {
    const key = `${one.profileId} ${one.kind} ${one.field}`;
    const fault = checkValue(one.field, value, fields.get(one.field));
    looked.set(key, one);
    if (fault === null) flags.delete(key);
    else flags.set(key, { ...one, code: fault.code, at });
  };
  const checked = checkedOf(fields);
  for (const { id, traits, traitTimes, traitsChanged, updatedAt } of people)
    if (traitsChanged)
      for (const field of checked) if (field in traitTimes) look({ profileId: id, kind: 'trait', field }, traits[field], updatedAt);
  for (const { profileId, name, value, recordedAt } of answers)
    if (checked.has(name)) look({ profileId, kind: 'answer', field: name }, value, recordedAt);
  const standing = [...flags.values()];
  return { flags: writeFlags(standing), flags_gone: removeFlags([...looked.values()], standing) };
}

/** The fields in force are one value until others are published. */
const checkedFields = new WeakMap<Fields, ReadonlySet<string>>();

/** Names of the fields whose values can be checked. */
function checkedOf(fields: Fields): ReadonlySet<string> {
  const known = checkedFields.get(fields);
  if (known !== undefined) return known;
  const checked = new Set([
    'email',
    ...[...fields.values()].flatMap(({ name, type }) => (type === 'text' || type === 'flag' ? [] : [name])),
  ]);
  checkedFields.set(fields, checked);
  return checked;
}
