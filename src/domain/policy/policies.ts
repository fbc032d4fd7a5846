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

export type PolicyKind = 'caps' | 'engagement' | 'quiet-hours' | 'topics' | 'classes';
