import { type FoundPerson, findByPart, findExactly } from '../../store/profile-search.js';
import type { AppDeps } from '../deps.js';

export interface FoundPeople {
  /** `exact`: an id, an address or a number names them. `part`: the text is a part of their name, address or number. */
  readonly by: 'exact' | 'part';
  readonly people: readonly FoundPerson[];
  /** There are more than these. */
  readonly isCut: boolean;
}

/** The shortest part that is looked for: one letter would be everybody. */
export const shortestPart = 2;
const fewestDigits = 6;

/** People by whatever somebody knows of them: any id, email, phone, a part of the name. An exact hit hides those who only look like it. */
export async function findPeople(deps: Pick<AppDeps, 'store'>, given: string, limit: number): Promise<FoundPeople> {
  const text = given.trim();
  const digits = digitsOf(text);
  const exact = await findExactly(
    deps.store.db,
    { text, email: text.includes('@') ? text.toLowerCase() : null, phone: digits === null ? null : `+${digits}` },
    limit + 1,
  );
  if (exact.length > 0) return cut('exact', exact, limit);
  if (text.length < shortestPart) return { by: 'part', people: [], isCut: false };
  // A national number begins with a zero that the international one does not have.
  const ending = digits === null ? null : digits.replace(/^0+/, '');
  return cut('part', await findByPart(deps.store.db, { text, digits: ending }, limit + 1), limit);
}

function cut(by: FoundPeople['by'], found: readonly FoundPerson[], limit: number): FoundPeople {
  return { by, people: found.slice(0, limit), isCut: found.length > limit };
}

/** The digits of what is written like a number, without the 00 that stands for a plus; null: it is none. */
function digitsOf(text: string): string | null {
  if (!/^\+?[\d\s()./-]+$/.test(text)) return null;
  const digits = text.replace(/\D/g, '').replace(/^00/, '');
  return digits.length < fewestDigits || digits.length > 15 ? null : digits;
}
