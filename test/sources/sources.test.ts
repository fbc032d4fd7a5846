import { describe, expect, test } from 'vitest';
import { sources } from '../../src/sources/index.js';
import { findSource, letterSource, readLetterSource } from '../../src/sources/letter-source.js';

describe('the list of sources', () => {
  test('has ids that letters can carry, each once, and paths of which each leads to one source', () => {
    const ids = sources.map(({ id }) => id);
    const paths = sources.flatMap((source) => Object.keys(source.paths));

    expect(ids.filter((id) => !/^[a-z][a-z0-9-]*$/.test(id) || id.endsWith('-import') || id === 'email')).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('finds the source of a letter by what the letter names, history among it', () => {
    for (const source of sources)
      for (const origin of ['live', 'import'] as const)
        expect(readLetterSource(letterSource(source.id, origin))).toEqual({ source, origin });

    expect(readLetterSource('email')).toBe(null);
    expect(readLetterSource('-import')).toBe(null);
    expect(findSource('segment-import')).toBe(null);
  });
});
