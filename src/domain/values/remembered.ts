/** Longer texts are not kept: what clients send must not fill the memory. */
const longestKept = 200;

/**
 * A pure function whose last answers are kept, `atMost` of them: the oldest goes first. For what is asked again and again and is dear to
 * work out, about short texts.
 */
export function remembered<Value>(work: (text: string) => Value, atMost: number): (text: string) => Value {
  const known = new Map<string, { readonly value: Value }>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before.value;
    const value = work(text);
    if (text.length > longestKept) return value;
    const [oldest] = known.keys();
    if (known.size >= atMost && oldest !== undefined) known.delete(oldest);
    known.set(text, { value });
    return value;
  };
}

/** The same of two texts. */
export function rememberedOfTwo<Value>(work: (one: string, other: string) => Value, atMost: number): (one: string, other: string) => Value {
  const known = remembered((both) => {
    const from = both.indexOf(':') + 1;
    const to = from + Number.parseInt(both, 10);
    return work(both.slice(from, to), both.slice(to));
  }, atMost);
  return (one, other) => known(`${one.length}:${one}${other}`);
}
