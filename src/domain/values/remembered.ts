/**
 * A pure function whose last answers are kept, `atMost` of them: the oldest goes first. For what is asked again and again and is dear to
 * work out.
 */
export function remembered<Value>(work: (text: string) => Value, atMost: number): (text: string) => Value {
  const known = new Map<string, { readonly value: Value }>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before.value;
    const value = work(text);
    const [oldest] = known.keys();
    if (known.size >= atMost && oldest !== undefined) known.delete(oldest);
    known.set(text, { value });
    return value;
  };
}
