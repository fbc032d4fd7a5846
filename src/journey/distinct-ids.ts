/** The written ids, and for the rest derived ones that none has: two branches on one fact are `order-paid` and `order-paid-2`. */
export function distinctIds<T extends { readonly id?: string | undefined }>(
  items: readonly T[],
  derive: (item: T, index: number) => string,
  complain: (id: string, index: number) => void,
): readonly string[] {
  const taken = new Set<string>();
  for (const [index, { id }] of items.entries()) {
    if (id === undefined) continue;
    if (taken.has(id)) complain(id, index);
    taken.add(id);
  }
  return items.map((item, index) => {
    if (item.id !== undefined) return item.id;
    const id = freeId(derive(item, index), (one) => taken.has(one));
    taken.add(id);
    return id;
  });
}

/** `wanted`, or with the first number that makes it free. */
export function freeId(wanted: string, isTaken: (id: string) => boolean): string {
  let id = wanted;
  for (let count = 2; isTaken(id); count += 1) id = `${wanted}-${count}`;
  return id;
}
