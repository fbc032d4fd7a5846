/** The id that a file gives itself by its first key, before it is known whether it is right: `journey: welcome`. Null: it gives none. */
export function idInSource(key: string, source: string): string | null {
  return new RegExp(`^${key}:\\s*["']?([A-Za-z0-9_-]+)`, 'm').exec(source)?.[1] ?? null;
}
