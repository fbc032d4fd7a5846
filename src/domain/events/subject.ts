import type { CartId } from '../values/ids.js';

/** What facts and entries can be about, beside a person. To add a kind: a word here. Journeys may then name it as a key and in `match`. */
export const subjectKinds = ['cart', 'order'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** The families of facts that can be about one: `order.paid` is about an order, and about the cart that it came from. */
const toldBy: Readonly<Record<SubjectKind, readonly string[]>> = {
  cart: ['cart', 'checkout', 'order'],
  order: ['order', 'shipment', 'return', 'ticket', 'task', 'feedback', 'answer', 'quiz', 'event'],
};

/** Can this fact be about a subject of the kind? */
export function isAbout(factName: string, kind: SubjectKind): boolean {
  return toldBy[kind].some((family) => factName.startsWith(`${family}.`) || factName.startsWith(`${family}:`));
}

/** One thing that a fact or an entry is about. `id`: ours for a cart, which may join another; for an order the shop's own. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** All that a fact or an entry is about: at most one of each kind. */
export type About = readonly Subject[];

/** Longer ids name nothing: an index has no room for them. */
export const longestSubjectId = 255;

export function subjectId(about: About, kind: SubjectKind): string | null {
  return about.find((subject) => subject.kind === kind)?.id ?? null;
}

export function cartIn(about: About): CartId | null {
  return subjectId(about, 'cart') as CartId | null;
}

export function aCart(id: CartId): Subject {
  return { kind: 'cart', id };
}

/** About these things, as far as they are known; null: not known. */
export function aboutThese(ids: Readonly<Partial<Record<SubjectKind, string | null | undefined>>>): About {
  return subjectKinds.flatMap((kind) => {
    const id = ids[kind] ?? null;
    return id === null || id.length > longestSubjectId ? [] : [{ kind, id }];
  });
}

/** In which kinds both are about the very same. */
export function sharedKinds(one: About, other: About): readonly SubjectKind[] {
  return one.flatMap(({ kind, id }) => (subjectId(other, kind) === id ? [kind] : []));
}

/** What was about `from` is about `into`. */
export function aboutInstead(about: About, from: Subject, into: Subject): About {
  return about.map((subject) => (subject.kind === from.kind && subject.id === from.id ? into : subject));
}
