import type { CapPolicy } from './cap-policy.js';
import type { ClassPolicy } from './class-policy.js';
import type { EngagementPolicy } from './engagement-policy.js';
import type { QuietHoursPolicy } from './quiet-hours-policy.js';
import type { TopicPolicy } from './topic-policy.js';

/** All published policies that are in force: never pinned, read at every decision. */
export interface Policies {
  readonly caps: CapPolicy;
  readonly engagement: EngagementPolicy;
  readonly quietHours: QuietHoursPolicy;
  readonly topics: TopicPolicy;
  readonly classes: ClassPolicy;
}

/** The kinds by the names of their files: `policies/quiet-hours.yaml`. */
export interface PolicyByKind {
  readonly caps: CapPolicy;
  readonly engagement: EngagementPolicy;
  readonly 'quiet-hours': QuietHoursPolicy;
  readonly topics: TopicPolicy;
  readonly classes: ClassPolicy;
}

export const policyKinds = ['caps', 'engagement', 'quiet-hours', 'topics', 'classes'] as const satisfies readonly (keyof PolicyByKind)[];
export type PolicyKind = keyof PolicyByKind;

/** One published version of each kind, as what is read at every decision. */
export function toPolicies(published: PolicyByKind): Policies {
  const { caps, engagement, topics, classes } = published;
  return { caps, engagement, quietHours: published['quiet-hours'], topics, classes };
}
