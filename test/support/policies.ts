import { readFileSync } from 'node:fs';
import { type Policies, type PolicyByKind, type PolicyKind, policyKinds, toPolicies } from '../../src/domain/policy/policies.js';
import { parsePolicy } from '../../src/policy/parse.js';

let known: Policies | null = null;

/** The policies of this repository, as version 1. Read once. */
export function shippedPolicies(): Policies {
  known ??= readShipped();
  return known;
}

function readShipped(): Policies {
  const published = Object.fromEntries(policyKinds.map((kind) => [kind, { version: 1, ...shipped(kind) }]));
  return toPolicies(published as unknown as PolicyByKind);
}

function shipped<K extends PolicyKind>(kind: K) {
  const parsed = parsePolicy(kind, policySource(kind));
  if (parsed.kind === 'ok') return parsed.definition;
  throw new Error(`policies/${kind}.yaml is wrong: ${JSON.stringify(parsed.problems, null, 2)}`);
}

/** The file as it stands in this repository. */
export function policySource(kind: PolicyKind): string {
  return readFileSync(`policies/${kind}.yaml`, 'utf8');
}
