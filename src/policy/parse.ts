import type { PolicyByKind, PolicyKind } from '../domain/policy/policies.js';
import type { FileProblem } from '../yaml/problem.js';
import { checkYaml, problemAt, readYaml } from '../yaml/yaml-file.js';
import { policySources } from './index.js';
import type { PolicyContext } from './policy-source.js';

/** A policy as it is written, before publishing gives it a version. */
export type PolicyDefinition<K extends PolicyKind = PolicyKind> = Omit<PolicyByKind[K], 'version'>;

export type ParsedPolicy<K extends PolicyKind> =
  | { readonly kind: 'ok'; readonly definition: PolicyDefinition<K>; readonly problems: readonly FileProblem[] }
  | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] };

/** Above this a file is no policy that anyone wrote; it bounds what aliases can blow up. */
const longestSource = 400_000;

/** The file of a kind in a project folder: `policies/caps.yaml`. */
export function policyFile(kind: PolicyKind): string {
  return `policies/${kind}.yaml`;
}

/**
 * Reads a policy's YAML: form, then meaning. Problems carry line and column and name `policies/<kind>.yaml`. Without `topics` and
 * `languages` those are not looked up. Never throws for what is written in the file.
 */
export function parsePolicy<K extends PolicyKind>(
  kind: K,
  source: string,
  context: PolicyContext = { topics: null, languages: null },
): ParsedPolicy<K> {
  const file = policyFile(kind);
  if (source.length > longestSource) {
    const message = `The file is longer than ${longestSource.toLocaleString('en')} characters.`;
    return { kind: 'invalid', problems: [{ file, line: 1, column: 1, path: '', message, suggestion: null, severity: 'error' }] };
  }
  const policy = policySources[kind];
  const yaml = readYaml(file, source);
  const checked = checkYaml(yaml, policy.schema);
  if (checked.kind === 'invalid') return checked;
  const problems = policy
    .lint(checked.value, context)
    .map(({ path, message, suggestion, severity }) => problemAt(yaml, path, message, suggestion, severity))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.some(({ severity }) => severity === 'error')) return { kind: 'invalid', problems };
  return { kind: 'ok', definition: policy.compile(checked.value), problems };
}
