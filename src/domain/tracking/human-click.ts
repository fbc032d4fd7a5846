import type { EngagementPolicy } from '../policy/engagement-policy.js';
import type { Instant } from '../time/instant.js';
import { privacyProxyAgent, scannerAgents } from './scanner-agents.js';

/** The link that no reader sees; who follows it reads the markup. */
export const hiddenLink = 0;

export type InteractionKind = 'open' | 'click';
export type InteractionVerdict = 'pending' | 'human' | 'machine';

/** Why an open or a click is no person's. */
type MachineReason = 'head-request' | 'no-user-agent' | 'scanner' | 'privacy-proxy' | 'too-soon' | 'burst' | 'sweep' | 'hidden-link';

/** An open or a click as it comes. */
export interface Hit {
  readonly kind: InteractionKind;
  /** Null: the picture. */
  readonly link: number | null;
  readonly isHead: boolean;
  readonly userAgent: string | null;
  readonly at: Instant;
  /** When the message was delivered, or accepted where nobody tells of delivery; null: it is still leaving. */
  readonly deliveredAt: Instant | null;
}

/** An open or a click that was recorded before. */
export interface PastInteraction {
  readonly seq: number;
  readonly kind: string;
  readonly link: number | null;
  readonly verdict: InteractionVerdict;
  readonly reason: string | null;
  readonly at: Instant;
}

/** In service milliseconds. */
type HumanLimits = EngagementPolicy['humans'];

interface Judgement {
  /** `pending`: a person's, unless what follows shows otherwise. */
  readonly verdict: 'pending' | 'machine';
  readonly reason: MachineReason | null;
  /** Earlier ones that this one shows to be a machine's. */
  readonly unmasked: readonly number[];
}

/** Scanners run in real time, however fast the service clock goes. */
export function humanLimits(humans: EngagementPolicy['humans'], clockRate: number): HumanLimits {
  const { clickAfterMs, openAfterMs, burstLinks, burstMs, sweepLinks, sweepMs } = humans;
  return {
    clickAfterMs: clickAfterMs * clockRate,
    openAfterMs: openAfterMs * clockRate,
    burstLinks,
    burstMs: burstMs * clockRate,
    sweepLinks,
    sweepMs: sweepMs * clockRate,
  };
}

/**
 * Whether a person did this. A program follows all links, at once or one after another, at once after delivery, by HEAD, under its own
 * name, or the link that nobody sees; one that follows a single visible link after a while, under the name of a browser, cannot be told
 * from a person.
 *
 * `past` are all of the same message, oldest first. A scan also changes the verdict about earlier interactions that counted as a person's:
 * the hidden link about all of them, a burst or a sweep about those within it. Everything that follows a scan without a pause belongs to
 * it; a person who comes later counts. If the hidden link was followed alone, no click of the message counts any more, because the machine
 * may be slow. If it was followed in a burst, that was a gateway, which is finished: a person after it counts.
 */
export function judgeInteraction(hit: Hit, past: readonly PastInteraction[], limits: HumanLimits): Judgement {
  const alone = reasonAlone(hit, limits);
  if (alone === 'hidden-link') return machine(alone, past.filter(isUnmaskable));
  const within = (ms: number): readonly PastInteraction[] => past.filter(({ at }) => at >= hit.at - ms);
  const near = within(limits.burstMs);
  if (linksOf([...near, hit]) >= limits.burstLinks) return machine('burst', near.filter(isUnmaskable));
  const sweep = within(limits.sweepMs);
  // What a gateway did in a burst is its own; only what may be a person's, or is of a sweep, adds up to one.
  const slow = sweep.filter(({ verdict, reason }) => verdict !== 'machine' || reason === 'sweep');
  if (hit.kind === 'click' && linksOf([...slow, hit]) >= limits.sweepLinks) return machine('sweep', sweep.filter(isUnmaskable));
  if (alone !== null) return machine(alone, []);
  if (near.some(({ reason }) => reason === 'burst' || reason === 'hidden-link')) return machine('burst', []);
  if (hit.kind === 'click' && isReadByMachine(past, limits)) return machine('hidden-link', []);
  if (sweep.some(({ reason }) => reason === 'sweep')) return machine('sweep', []);
  return { verdict: 'pending', reason: null, unmasked: [] };
}

/** Nothing that comes at `now` changes any more what is thought of an open or click from before this instant. */
export function settledBefore(humans: EngagementPolicy['humans'], now: Instant, clockRate: number): Instant {
  return now - humanLimits(humans, clockRate).burstMs;
}

/** What it is by now: a pending one from before `before` (`settledBefore`), which nothing has unmasked in time, is a person's. */
export function settledVerdict(
  interaction: { readonly verdict: InteractionVerdict; readonly at: Instant },
  before: Instant,
): InteractionVerdict {
  return interaction.verdict === 'pending' && interaction.at < before ? 'human' : interaction.verdict;
}

function reasonAlone({ kind, link, isHead, userAgent, at, deliveredAt }: Hit, limits: HumanLimits): MachineReason | null {
  if (kind === 'click' && link === hiddenLink) return 'hidden-link';
  if (isHead) return 'head-request';
  const agent = userAgent?.trim() ?? '';
  if (agent === '') return 'no-user-agent';
  if (kind === 'open' && agent === privacyProxyAgent) return 'privacy-proxy';
  if (scannerAgents.some((name) => agent.toLowerCase().includes(name))) return 'scanner';
  const afterMs = kind === 'click' ? limits.clickAfterMs : limits.openAfterMs;
  return deliveredAt === null || at < deliveredAt + afterMs ? 'too-soon' : null;
}

function isReadByMachine(past: readonly PastInteraction[], { burstLinks, burstMs }: HumanLimits): boolean {
  return past.some(
    (one) =>
      one.kind === 'click' && one.link === hiddenLink && linksOf(past.filter(({ at }) => Math.abs(at - one.at) <= burstMs)) < burstLinks,
  );
}

/** How many different links were followed. */
function linksOf(interactions: readonly Pick<PastInteraction, 'kind' | 'link'>[]): number {
  return new Set(interactions.filter(({ kind }) => kind === 'click').map(({ link }) => link)).size;
}

function isUnmaskable({ kind, verdict }: PastInteraction): boolean {
  return kind !== 'reply' && verdict !== 'machine';
}

function machine(reason: MachineReason, unmasked: readonly PastInteraction[]): Judgement {
  return { verdict: 'machine', reason, unmasked: unmasked.map(({ seq }) => seq) };
}
