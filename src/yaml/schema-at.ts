import type { z } from 'zod';

type Path = readonly PropertyKey[];

/** The words of which a value at `path` may be one. */
export function wordsAt(schema: z.ZodType, path: Path): readonly string[] {
  return schemasAt(schema, path).flatMap((one) => wordsOf(inside(one).def));
}

export function wordsOf(def: Definition): readonly string[] {
  if (def.type === 'enum') return Object.values(def.entries ?? {}).map(String);
  return def.type === 'literal' ? (def.values ?? []).map(String) : [];
}

/** The keys that objects know at `path`; empty where there is none. */
export function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  return schemasAt(schema, path).flatMap((one) => Object.keys(inside(one).shape ?? {}));
}

/** The schemas that a value at `path` may follow, without what wraps them; several where there is a choice. */
export function schemasAt(schema: z.ZodType, path: Path): readonly z.ZodType[] {
  let here = bare(schema);
  for (const key of path) {
    here = here.flatMap((one) => {
      const { def, shape } = inside(one);
      const child = shape === undefined ? (def.element ?? def.valueType) : shape[String(key)];
      return child === undefined ? [] : bare(child);
    });
  }
  return here;
}

function bare(schema: z.ZodType): readonly z.ZodType[] {
  const { def } = inside(schema);
  if (def.type === 'union') return (def.options ?? []).flatMap(bare);
  if (def.type === 'lazy' && def.getter !== undefined) return bare(def.getter());
  // A pipe begins with a transform where a value is prepared before it is checked.
  const within = def.innerType ?? (def.in === undefined || inside(def.in).def.type === 'transform' ? def.out : def.in);
  return within === undefined ? [schema] : bare(within);
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly getter?: () => z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly values?: readonly unknown[];
}

/** Zod's own description of a schema, as far as complaints need it. */
export function inside(schema: z.ZodType): { readonly def: Definition; readonly shape: Readonly<Record<string, z.ZodType>> | undefined } {
  const { def, shape } = schema as unknown as { def: Definition; shape?: Readonly<Record<string, z.ZodType>> };
  return { def, shape };
}
