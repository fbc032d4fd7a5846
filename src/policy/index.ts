import type { PolicyKind } from '../domain/policy/policies.js';
import { caps } from './caps.js';
import { classes } from './classes.js';
import { engagement } from './engagement.js';
import type { PolicySource } from './policy-source.js';
import { quietHours } from './quiet-hours.js';
import { topics } from './topics.js';

/**
 * The kinds of policy. To add one: its type in src/domain/policy (and there in policies.ts), a file here from the nearest sibling, a line
 * below,
 * `policies/<kind>.yaml`, and its words in docs/policies.md.
 */
export const policySources: { readonly [K in PolicyKind]: PolicySource<K> } = {
  caps,
  engagement,
  'quiet-hours': quietHours,
  topics,
  classes,
};
