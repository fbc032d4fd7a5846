import { stepEffects } from './index.js';
import type { StepEffectKind } from './kind.js';

/** How an effect is written. Throws for one that this version does not know. */
export function stepEffect({ kind }: { readonly kind: string }): StepEffectKind<unknown> {
  const known = (stepEffects as Readonly<Record<string, StepEffectKind<unknown>>>)[kind];
  if (known === undefined) throw new Error(`A step asks for ${kind}, which this version cannot write.`);
  return known;
}
