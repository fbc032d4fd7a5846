import { readFileSync } from 'node:fs';
import { channels } from '../../src/domain/messages/channel.js';
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
  const parsed = parsePolicy(kind, withThirdChannels(kind, policySource(kind)));
  if (parsed.kind === 'ok') return parsed.definition;
  throw new Error(`policies/${kind}.yaml is wrong: ${JSON.stringify(parsed.problems, null, 2)}`);
}

/** The file as it stands in this repository. */
export function policySource(kind: PolicyKind): string {
  return readFileSync(`policies/${kind}.yaml`, 'utf8');
}

const lines: Partial<Record<PolicyKind, (channel: string) => string>> = {
  caps: (channel) => `rules:\n  - { id: ${channel}-week, channels: [${channel}], window: P7D, limit: 10 }\n`,
  'quiet-hours': (channel) =>
    `jurisdictions:\n  - { id: everywhere-${channel}, channel: ${channel}, hours: any, source: our own choice }\n`,
};

/** What a shop adds to its policies for a channel that a test has registered: without it their lint objects. */
function withThirdChannels(kind: PolicyKind, source: string): string {
  const line = lines[kind];
  const more = channels.filter((channel) => !source.includes(`[${channel}]`) && !source.includes(`channel: ${channel}`));
  if (line === undefined) return source;
  return more.reduce((text, channel) => text.replace(line(channel).split('\n', 1)[0]!.concat('\n'), line(channel)), source);
}
