/** The names; null: all. */
export type AskedAnswers = readonly string[] | null;
