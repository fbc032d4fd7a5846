import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Policies, type PolicyByKind, type PolicyKind, policyKinds, toPolicies } from '../domain/policy/policies.js';
import { type TopicPolicy, topicIds } from '../domain/policy/topic-policy.js';
import { decodeText } from '../domain/values/decode-text.js';
import { type ParsedPolicy, parsePolicy, policyFile } from '../policy/parse.js';
import { describeProblem, type FileProblem } from '../yaml/problem.js';

/** A policy of the project folder is missing or wrong; the message lists every problem with its line. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** The order in which policies are published: topics first, because caps name them. */
export const publishOrder: readonly PolicyKind[] = ['topics', 'classes', 'caps', 'engagement', 'quiet-hours'];

/** The source of `policies/<kind>.yaml` in the project folder; null when there is no such file. */
export async function readPolicyFile(projectFolder: string, kind: PolicyKind): Promise<string | null> {
  try {
    return decodeText(await readFile(join(projectFolder, policyFile(kind))));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Checks the project's policies, each by itself and caps against the topics. `languages`: those of the shop; null: names are not looked at.
 */
export async function checkPolicyFolder(
  projectFolder: string,
  languages: readonly string[] | null,
): Promise<{ readonly policies: Policies | null; readonly problems: readonly FileProblem[] }> {
  const read: Partial<Record<PolicyKind, object>> = {};
  const problems: FileProblem[] = [];
  let topics: readonly string[] | null = null;
  for (const kind of publishOrder) {
    const source = await readPolicyFile(projectFolder, kind);
    if (source === null) {
      problems.push(missingFile(kind));
      continue;
    }
    const parsed: ParsedPolicy<PolicyKind> = parsePolicy(kind, source, { topics, languages });
    problems.push(...parsed.problems);
    if (parsed.kind === 'invalid') continue;
    read[kind] = { ...parsed.definition, version: 0 };
    if (kind === 'topics') topics = topicIds(parsed.definition as TopicPolicy);
  }
  const isWhole = policyKinds.every((kind) => read[kind] !== undefined);
  return { policies: isWhole ? toPolicies(read as PolicyByKind) : null, problems };
}

/** The project's policies as they are written there, not yet published (version 0). Throws a PolicyError that says what to mend. */
export async function loadPolicies(projectFolder: string, languages: readonly string[] | null = null): Promise<Policies> {
  const { policies, problems } = await checkPolicyFolder(projectFolder, languages);
  if (policies !== null) return policies;
  throw new PolicyError(`The policies cannot be used:\n${problems.map((problem) => `  ${describeProblem(problem)}`).join('\n')}`);
}

export function missingFile(kind: PolicyKind): FileProblem {
  return {
    file: policyFile(kind),
    line: 1,
    column: 1,
    path: '',
    message: 'There is no such file in the project folder, and no policy does not mean no cap: nothing could be sent.',
    suggestion: `Copy ${policyFile(kind)} of Sojourn and change it.`,
    severity: 'error',
  };
}
