import { createHash } from 'node:crypto';
import { topicIds, type TopicPolicy } from '../domain/policy/topic-policy.js';
import type { CapPolicy } from '../domain/policy/cap-policy.js';
import type { PolicyKind } from '../domain/policy/policies.js';
import { parsePolicy, policyFile } from '../policy/parse.js';
import type { Trx } from '../store/db.js';
import { addPolicyVersion, lockPolicies, readPolicyVersion } from '../store/policies.js';
import type { FileProblem } from '../yaml/problem.js';
import type { AppDeps } from './deps.js';

export type PolicyPublication =
  /** `published`: in force from now on, in every process within seconds. `unchanged`: what is in force says the same already. */
  | {
      readonly kind: 'published' | 'unchanged';
      readonly policy: PolicyKind;
      readonly version: number;
      readonly hash: string;
      readonly problems: readonly FileProblem[];
    }
  /** What was in force before stays so. */
  | { readonly kind: 'refused'; readonly policy: PolicyKind; readonly problems: readonly FileProblem[] };

type PublishDeps = Pick<AppDeps, 'store' | 'clock' | 'shop'> & { readonly policies?: Pick<AppDeps['policies'], 'refresh'> };

/**
 * Checks a policy's source and freezes it as the next version, which every decision reads from then on: policies are never pinned. Publishing
 * what is in force changes nothing, so it may be repeated at every start.
 * `onlyIfNone`: leaves a kind alone that has a version, whatever it says.
 */
export async function publishPolicy(
  deps: PublishDeps,
  input: { readonly policy: PolicyKind; readonly source: string; readonly note?: string | null; readonly onlyIfNone?: boolean },
): Promise<PolicyPublication> {
  const { policy, source } = input;
  const result = await deps.store.transaction(async (trx): Promise<PolicyPublication> => {
    await lockPolicies(trx);
    const inForce = await readPolicyVersion(trx, policy, 'newest');
    if (inForce !== null && input.onlyIfNone === true)
      return { kind: 'unchanged', policy, version: inForce.version, hash: inForce.hash, problems: [] };
    const topics = policy === 'topics' ? null : await publishedTopics(trx);
    const parsed = parsePolicy(policy, source, { topics, languages: deps.shop.locales });
    if (parsed.kind === 'invalid') return { kind: 'refused', policy, problems: parsed.problems };
    const { definition, problems } = parsed;
    if (policy === 'topics') {
      const missed = await topicsStillInCaps(trx, definition as Omit<TopicPolicy, 'version'>);
      if (missed.length > 0) return { kind: 'refused', policy, problems: [...missed, ...problems] };
    }
    const hash = createHash('sha256').update(source).update('\0').update(JSON.stringify(definition)).digest('hex');
    if (inForce?.hash === hash) return { kind: 'unchanged', policy, version: inForce.version, hash, problems };
    const version = (inForce?.version ?? 0) + 1;
    await addPolicyVersion(trx, {
      kind: policy,
      version,
      source,
      definition: { ...definition },
      hash,
      note: input.note ?? null,
      at: deps.clock.now(),
    });
    return { kind: 'published', policy, version, hash, problems };
  });
  if (result.kind === 'published') await deps.policies?.refresh?.();
  return result;
}

/** Ids of the topics in force; null while none were published. */
async function publishedTopics(trx: Trx): Promise<readonly string[] | null> {
  const topics = await readPolicyVersion(trx, 'topics', 'newest');
  return topics === null ? null : topicIds(topics.definition as unknown as TopicPolicy);
}

/** A topic that caps name cannot go: their rule would hold for nothing, and nobody would notice. */
async function topicsStillInCaps(trx: Trx, { topics }: Omit<TopicPolicy, 'version'>): Promise<readonly FileProblem[]> {
  const caps = await readPolicyVersion(trx, 'caps', 'newest');
  if (caps === null) return [];
  const known = new Set(topics.map(({ id }) => id));
  const { rules } = caps.definition as unknown as Omit<CapPolicy, 'version'>;
  const named = rules.flatMap((rule) => [...(rule.topics ?? []), ...rule.exceptTopics].map((topic) => ({ topic, rule: rule.id })));
  return named
    .filter(({ topic }) => !known.has(topic))
    .map(({ topic, rule }) => ({
      file: policyFile('topics'),
      line: 1,
      column: 1,
      path: 'topics',
      message: `The topic "${topic}" is missing, and the rule "${rule}" of the caps in force names it.`,
      suggestion: `Keep "${topic}", or publish caps without it first.`,
      severity: 'error',
    }));
}
