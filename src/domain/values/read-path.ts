/** The value at a dotted path, own keys only; undefined: there is none. A key may have dots in its own name. */
export function readPath(root: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(root, path)) return root[path];
  let value: unknown = root;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
