import { z } from 'zod';
import type { Condition, Truth } from './condition.js';
import type { ConditionKind, ConditionSource } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly all: Combination<'all'>;
    readonly any: Combination<'any'>;
  }
}

interface Combination<K extends 'all' | 'any'> {
  readonly kind: K;
  readonly of: readonly Condition[];
}

/** `all`: false as soon as one part is; unknown as soon as one is unknown and none false. `any` is its mirror image. */
function combination<K extends 'all' | 'any'>(kind: K): ConditionKind<Combination<K>, readonly ConditionSource[]> {
  const decisive: Truth = kind === 'all' ? 'false' : 'true';
  return {
    yaml: ({ condition }) => z.array(condition()).min(1),
    compile: (source, { inside }) => ({ kind, of: source.map((part, index) => inside(part, kind, index)) }),
    notMet: () => `${kind}-not-met`,
    about: 'parts',
    parts: ({ of }) => of,
    needs: () => [],
    changedBy: () => [],
    changesAt: () => null,
    evaluate({ of }, facts, judge) {
      let result: Truth = decisive === 'false' ? 'true' : 'false';
      for (const part of of) {
        const answer = judge(part, facts);
        if (answer === decisive) return decisive;
        if (answer === 'unknown') result = 'unknown';
      }
      return result;
    },
    describe({ of }, holds, describe) {
      const link = (kind === 'all') === holds ? ' and ' : ' or ';
      return of.map((part) => describe(part, holds)).join(link);
    },
  };
}

export const all = combination('all');
export const any = combination('any');
