/**
 * JSON text that a `jsonb` column takes whatever came in: jsonb refuses NUL and halves of surrogate pairs, which JSON allows; they become
 * U+FFFD, the character for what cannot be shown.
 */
export function jsonText(value: unknown): string {
  return mendJson(JSON.stringify(value ?? null));
}

/** The same for what is JSON text already. */
export function mendJson(text: string): string {
  return mayBeRefused.test(text) ? text.replace(escapes, (escape) => (refused.test(escape) ? '\uFFFD' : escape)) : text;
}

// JSON.stringify writes both as lower-case escapes and nothing else of that form, save for a backslash that was itself escaped.
const mayBeRefused = /\\u(?:0000|d[89a-f])/;
const escapes = /\\(?:u[0-9a-f]{4}|.)/g;
const refused = /^\\u(?:0000|d[89a-f])/;
