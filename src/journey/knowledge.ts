/**
 * What may be asked about a person beside what every turn knows, by the name of its source: the folder of a source
 * (`src/knowledge/<name>/`) adds here what a condition or a step asks of it.
 */
export interface Questions {}

/** What the sources answer, by the same names. Absent: nothing of the journey asks, so it was not loaded. */
export interface Answers {}

/** One thing that a condition or a step wants to know, for the source `of`. */
export type Need = { readonly [Name in keyof Questions]: { readonly of: Name } & Questions[Name] }[keyof Questions];

/** What a turn knows by its needs. */
export type Known = Readonly<Partial<Answers>>;
