import { broadcastDeadline, usualBroadcastDeadlineMs } from '../../journey/broadcast.js';
import { resolveRecipients, sampleEveryone } from '../../store/broadcasts.js';
import { testRecipientId } from '../../store/profiles.js';
import { readProfile } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';
import { checkSend } from '../messages/check-send.js';
import { previewContext } from '../messages/preview-message.js';
import { type BroadcastRequest, templateFor } from './start-broadcast.js';

/** Who would get a broadcast, who would wait and who would not get it, by reason. */
export interface BroadcastForecast {
  readonly total: number;
  /** Ids that name nobody, each once. */
  readonly unknown: readonly string[];
  /** How many were asked about: all, or every so many-th of a longer list. The counts below are of these. */
  readonly checked: number;
  readonly now: number;
  readonly later: readonly Count[];
  readonly not: readonly Count[];
  /** The first five, so that the sender can check that the list has the right people. Personal data. */
  readonly first: readonly FirstPerson[];
}

interface FirstPerson {
  readonly profileId: string;
  readonly userIds: readonly string[];
  readonly firstName: string | null;
  readonly email: string | null;
}

const shownFirst = 5;

interface Count {
  readonly reason: string;
  readonly count: number;
}

export type CheckBroadcastResult =
  | { readonly kind: 'forecast'; readonly forecast: BroadcastForecast }
  | { readonly kind: 'unknown-template' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

const askedAtMost = 200;

async function firstOf({ store }: AppDeps, people: readonly string[]): Promise<readonly FirstPerson[]> {
  const profiles = await Promise.all(people.slice(0, shownFirst).map((id) => readProfile(store.db, id)));
  return profiles.flatMap((profile) => {
    if (profile === null) return [];
    const name = profile.traits['firstName'] ?? profile.traits['first_name'];
    const userIds = profile.identities.filter(({ kind }) => kind === 'user').map(({ value }) => value);
    return [{ profileId: profile.id, userIds, firstName: typeof name === 'string' ? name : null, email: profile.email }];
  });
}

/** Asks the gate for each recipient, or for a sample of them, as of the start of the broadcast. Nothing is written. */
export async function checkBroadcast(deps: AppDeps, request: BroadcastRequest): Promise<CheckBroadcastResult> {
  const now = deps.clock.now();
  const ready = await templateFor(deps, request, now);
  if (ready.kind !== 'ready') return ready;
  const { template } = ready;
  const { total, unknown, people } = await audienceOf(deps, request.to);
  const render = renderingOf(deps, request);
  const priority = request.priority ?? deps.policies.current().classes.classes.broadcast.defaultPriority;
  const startsAt = request.startsAt ?? now;
  const at = startsAt > now ? startsAt : null;
  const deadlineAt = broadcastDeadline(request, startsAt) ?? startsAt + usualBroadcastDeadlineMs;
  const later = new Map<string, number>();
  const not = new Map<string, number>();
  let checked = 0;
  for (const { profileId, data } of people) {
    const { channel, topic, class: messageClass } = template;
    const answer = await checkSend(deps, { to: { profileId }, channel, topic, class: messageClass, priority, at, deadlineAt });
    if (answer.kind === 'refused') return answer;
    if (answer.kind !== 'answer') continue;
    checked += 1;
    if (answer.decision !== 'send' && answer.decision !== 'defer') {
      add(not, answer.reason ?? answer.decision);
      continue;
    }
    const problem = await render(profileId, data);
    if (problem !== null) add(not, `no-content: ${problem}`);
    else if (answer.decision === 'defer') add(later, answer.reason ?? answer.decision);
  }
  const waiting = countsOf(later);
  const refused = countsOf(not);
  const others = [...waiting, ...refused].reduce((sum, { count }) => sum + count, 0);
  return {
    kind: 'forecast',
    forecast: {
      total,
      unknown,
      checked,
      now: checked - others,
      later: waiting,
      not: refused,
      first: await firstOf(
        deps,
        people.map(({ profileId }) => profileId),
      ),
    },
  };
}

interface Asked {
  readonly profileId: string;
  /** What the list says of this one. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

/**
 * Why there would be nothing to send to this one; null: there is. As the turn would render it: without a cart, which a broadcast has not.
 */
function renderingOf(deps: AppDeps, request: BroadcastRequest) {
  return async (profileId: string, own: Asked['data']): Promise<string | null> => {
    const context = await previewContext(deps, profileId, (await deps.renderer.asks?.(request.template)) ?? []);
    if (context === null) return null;
    const rendered = await deps.renderer.render(request.template, 'latest', { ...context, cart: null, data: { ...request.data, ...own } });
    return rendered.kind === 'empty' ? rendered.problem : null;
  };
}

async function audienceOf(
  { store }: Pick<AppDeps, 'store'>,
  to: BroadcastRequest['to'],
): Promise<{ readonly total: number; readonly unknown: readonly string[]; readonly people: readonly Asked[] }> {
  if (to.by === 'everyone') {
    const { total, people } = await sampleEveryone(store.db, { segment: null, ...to, except: testRecipientId, limit: askedAtMost });
    return { unknown: [], total, people: people.map((profileId) => ({ profileId, data: null })) };
  }
  const { people, unknown } = await resolveRecipients(store.db, to);
  const step = Math.max(1, Math.ceil(people.length / askedAtMost));
  const asked = people.filter((_, n) => n % step === 0);
  return { total: people.length, unknown, people: asked.map(({ id, at }) => ({ profileId: id, data: to.data?.[at] ?? null })) };
}

function add(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}

function countsOf(counts: ReadonlyMap<string, number>): readonly Count[] {
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}
