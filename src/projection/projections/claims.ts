import type { Claim } from '../../domain/keys/browser-word.js';
import type { Outcome, Scene } from '../scene.js';

/** What a browser says of who somebody is, and nobody vouches for: kept, and used for nothing. */
export function projectClaims({ meeting: { claims } }: Scene): Outcome {
  return claimed(claims);
}

export function claimed(claims: readonly Claim[]): Outcome {
  if (claims.length === 0) return {};
  const namesSomebody = claims.some(({ kind }) => kind === 'user' || kind === 'anonymous');
  return { claims, acts: [{ kind: 'claim', kept: {} }], notes: namesSomebody ? ['user-not-vouched'] : [] };
}
