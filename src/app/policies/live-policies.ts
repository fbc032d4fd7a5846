import { uncapped } from '../../domain/policy/cap-policy.js';
import { type Policies, type PolicyByKind, type PolicyKind, policyKinds, toPolicies } from '../../domain/policy/policies.js';
import { parsePolicy, policyFile } from '../../policy/parse.js';
import type { Store } from '../../store/db.js';
import { newestPolicyVersions, type PolicyVersionRecord, readPolicyVersion } from '../../store/policies.js';
import type { Log } from '../deps.js';

/** The policies in force, read from the store and kept up to date. */
export interface LivePolicies {
  /** Throws before `start`. */
  current(): Policies;
  /** Looks for new versions at once. */
  refresh(): Promise<void>;
  /** Reads what is newer than what is known. `newest`: the numbers of the newest versions. */
  take(newest: ReadonlyMap<PolicyKind, number>): Promise<void>;
  /** Reads every kind. Throws a sentence when one was never published: no policy would mean no cap. */
  start(): Promise<void>;
}

export function livePolicies({ store, log }: { readonly store: Store; readonly log: Log }): LivePolicies {
  let published: Partial<PolicyByKind> = {};
  let policies: Policies | null = null;

  const take = async (newest: ReadonlyMap<PolicyKind, number>): Promise<void> => {
    for (const [kind, version] of newest) {
      // A kind that a newer Sojourn published; and nothing older than what is known, should two looks overtake each other.
      if (!policyKinds.includes(kind) || version <= (published[kind]?.version ?? 0)) continue;
      const record = await readPolicyVersion(store.db, kind, version);
      if (record === null || version <= (published[kind]?.version ?? 0)) continue;
      published = { ...published, [kind]: { ...definitionOf(record, log), version } };
    }
    if (isComplete(published)) policies = toPolicies(published);
  };
  const refresh = async () => take(await newestPolicyVersions(store.db));

  return {
    current() {
      if (policies === null) throw new Error('Policies were asked for before they were read.');
      return policies;
    },
    refresh,
    take,
    async start() {
      await refresh();
      const missing = policyKinds.filter((kind) => published[kind] === undefined);
      if (missing.length > 0) throw new Error(missingText(missing));
      const open = policies === null ? [] : uncapped(policies.caps);
      if (open.length > 0) throw new Error(uncappedText(open));
    },
  };
}

/**
 * Parsed again from its source, because the frozen form of an older build may lack a field. If a stricter parser refuses the source, the
 * frozen form counts.
 */
function definitionOf(record: PolicyVersionRecord, log: Log): Readonly<Record<string, unknown>> {
  const parsed = parsePolicy(record.kind, record.source);
  if (parsed.kind === 'ok') return { ...parsed.definition };
  log.warn(
    { policy: record.kind, version: record.version },
    'The policy in force would be refused today: mend its file and publish it. Until then it holds as it was read when it was published.',
  );
  return record.definition;
}

function isComplete(published: Partial<PolicyByKind>): published is PolicyByKind {
  return policyKinds.every((kind) => published[kind] !== undefined);
}

function uncappedText(open: ReturnType<typeof uncapped>): string {
  const what = open.map(({ channel, tiers }) => `${channel} (${tiers.join(', ')})`).join(' and ');
  return (
    `The caps in force have no rule for ${what}, and no rule does not mean no cap. Write one of that channel into policies/caps.yaml, such as ` +
    '{ id: email-7d, channels: [email], window: P7D, limit: 3 }, and publish it with `sojourn policy publish policies/caps.yaml`.'
  );
}

function missingText(missing: readonly PolicyKind[]): string {
  const files = missing.map(policyFile);
  const one = files.length === 1;
  return (
    `No ${missing.join(', ')} ${one ? 'policy is' : 'policies are'} published, and without ${one ? 'it' : 'them'} nothing may be sent: ` +
    `no policy does not mean no cap. Copy ${files.join(', ')} of Sojourn into the project folder and start again, or publish ${one ? 'it' : 'them'} ` +
    `with \`sojourn policy publish ${files.join(' ')}\`.`
  );
}
