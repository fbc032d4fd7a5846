import type { CapPolicy } from '../../domain/policy/cap-policy.js';
import type { PolicyKind } from '../../domain/policy/policies.js';
import { type TopicPolicy, topicIds } from '../../domain/policy/topic-policy.js';
import { parsePolicy, policyFile } from '../../policy/parse.js';
import type { Trx } from '../../store/db.js';
import { addPolicyVersion, lockPolicies, readPolicyVersion, topicsInUse } from '../../store/policies.js';
import type { FileProblem } from '../../yaml/problem.js';
import type { AppDeps } from '../deps.js';
import { versionHash } from '../version-hash.js';

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
 * Checks a policy's source and freezes it as the next version, which every later decision reads: policies are never pinned. Publishing the
 * version in force again changes nothing, so it may be repeated at every start. `onlyIfNone`: does nothing if the kind has any version.
 * `nextCaps`: the source of caps that are published right after these topics; it is checked instead of the caps in force.
 */
export async function publishPolicy(
  deps: PublishDeps,
  input: {
    readonly policy: PolicyKind;
    readonly source: string;
    readonly note?: string | null;
    readonly onlyIfNone?: boolean;
    readonly nextCaps?: string | null;
  },
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
    const { definition } = parsed;
    const problems = [...parsed.problems];
    if (policy === 'topics') {
      const known = new Set(topicIds(definition as TopicPolicy));
      const missed = await topicsStillInCaps(trx, known, input.nextCaps);
      if (missed.length > 0) return { kind: 'refused', policy, problems: [...missed, ...problems] };
      problems.push(...(await topicsStillInUse(trx, known)));
    }
    const hash = versionHash(source, definition);
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
async function topicsStillInCaps(
  trx: Trx,
  known: ReadonlySet<string>,
  nextCaps: string | null | undefined,
): Promise<readonly FileProblem[]> {
  const next = typeof nextCaps === 'string' ? parsePolicy('caps', nextCaps) : null;
  // Their own problems are reported when they are published.
  const caps = next?.kind === 'ok' ? next.definition : await capsInForce(trx);
  const named = (caps?.rules ?? []).flatMap((rule) =>
    [...(rule.topics ?? []), ...rule.exceptTopics].map((topic) => ({ topic, rule: rule.id })),
  );
  return named
    .filter(({ topic }) => !known.has(topic))
    .map(({ topic, rule }) =>
      aboutTopics(
        `The topic "${topic}" is missing, and the rule "${rule}" of the caps names it.`,
        `Keep "${topic}", or publish caps without it first.`,
        'error',
      ),
    );
}

async function capsInForce(trx: Trx): Promise<Omit<CapPolicy, 'version'> | null> {
  const caps = await readPolicyVersion(trx, 'caps', 'newest');
  return caps === null ? null : (caps.definition as unknown as Omit<CapPolicy, 'version'>);
}

/** Not refused: a journey and its topic may be renamed together, and one of them has to be first. */
async function topicsStillInUse(trx: Trx, known: ReadonlySet<string>): Promise<readonly FileProblem[]> {
  return (await topicsInUse(trx))
    .filter(({ topic }) => !known.has(topic))
    .map(({ of, id, topic }) =>
      aboutTopics(
        `The topic "${topic}" is missing, and the ${of} ${id} names it: consent to marketing does not cover it.`,
        `Write it here, or publish ${id} with another.`,
        'warning',
      ),
    );
}

function aboutTopics(message: string, suggestion: string, severity: FileProblem['severity']): FileProblem {
  return { file: policyFile('topics'), line: 1, column: 1, path: 'topics', message, suggestion, severity };
}
