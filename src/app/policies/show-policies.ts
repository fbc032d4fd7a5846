import { type PolicyKind, policyKinds } from '../../domain/policy/policies.js';
import { listPolicyVersions, type PolicyVersionRecord, readPolicyVersion } from '../../store/policies.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store'>;

/** The version in force of each kind; a kind that was never published is left out. */
export async function showPolicies(deps: Deps): Promise<readonly PolicyVersionRecord[]> {
  const newest = await Promise.all(policyKinds.map((kind) => readPolicyVersion(deps.store.db, kind, 'newest')));
  return newest.filter((version) => version !== null);
}

/** One version of a kind, or the one in force; null when there is none such. */
export function showPolicyVersion(deps: Deps, kind: PolicyKind, version: number | 'newest'): Promise<PolicyVersionRecord | null> {
  return readPolicyVersion(deps.store.db, kind, version);
}

/** Versions of a kind, the newest first. */
export function showPolicyVersions(deps: Deps, kind: PolicyKind, request: PageRequest): Promise<Page<PolicyVersionRecord>> {
  return readPage(
    request,
    ['version'],
    (limit, after) => listPolicyVersions(deps.store.db, kind, { limit, before: after === null ? null : after[0] }),
    (version) => [version.version],
  );
}
