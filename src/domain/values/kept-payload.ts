/** As much of what could not be taken as is kept, in characters of its JSON. */
export const keptCharacters = 64 * 1024;

/** What is kept of it: as it came, or, where that is too long, the beginning of its JSON as text, for a person to look at. */
export function keptPayload(payload: unknown): unknown {
  if (typeof payload === 'string') return payload.slice(0, keptCharacters);
  if (isJsonWithin(payload, keptCharacters)) return payload;
  return (JSON.stringify(payload) ?? '').slice(0, keptCharacters);
}

/** Is its JSON about as long as this at most? Looks at no more of it than that; a value that is nested without end counts as longer. */
export function isJsonWithin(value: unknown, most: number): boolean {
  return measure(value, most) >= 0;
}

/** What is left of the room; negative: it does not fit. Escapes are not counted, so text that needs them is taken for shorter. */
function measure(value: unknown, room: number): number {
  if (typeof value === 'string') return room - value.length - 2;
  if (typeof value !== 'object' || value === null) return room - 4;
  let left = room - 2;
  // Neither entries nor values: a list of them for each object of each event is most of what this would cost.
  for (const name in value) {
    left = measure((value as Readonly<Record<string, unknown>>)[name], left - (Array.isArray(value) ? 1 : name.length + 4));
    if (left < 0) return left;
  }
  return left;
}
