import { quietHoursFor, smsValiditySeconds } from '../../domain/gate/quiet-hours.js';
import { open } from '../../domain/keys/sealed.js';
import { addressOf } from '../../domain/messages/channel.js';
import type { Reach } from '../../domain/messages/channel-kind.js';
import { providerOf, type TextLook } from '../../domain/messages/outgoing.js';
import { reach } from '../../domain/messages/reach.js';
import type { MessageId } from '../../domain/values/ids.js';
import { askedByTemplate, type ToldToTemplate, toldToTemplate } from '../../knowledge/templates.js';
import { readKnowledge } from '../../store/knowledge.js';
import { readStoredContent } from '../../store/messages.js';
import { readTurnRows } from '../../store/turn-snapshot.js';
import { readManyTurnRows } from '../../store/turn-snapshots.js';
import { type PlannedContent, showing } from '../../turn/content.js';
import { type ForeseenSend, foresee } from '../../turn/foresee.js';
import { renderContext } from '../../turn/render-context.js';
import { knownContent } from '../../turn/repeat.js';
import type { OrderLook, PreparedSend } from '../../turn/request.js';
import type { TurnEntry, TurnRows, TurnWorld } from '../../turn/world.js';
import type { AppDeps } from '../deps.js';
import { linkOf, ownLinks, renderMessage } from '../messages/render-message.js';
import { readWorld, readWorlds } from './read-world.js';

/** A message made ready outside any transaction. */
export interface SendPlan extends PreparedSend {
  /** The last attempt failed in a way that may pass: the next one goes over the channel's queue. */
  readonly lastAttemptFailed: boolean;
  /** Monotonic milliseconds at which the looks were made. */
  readonly lookedAt: number;
}

export type Forecast =
  /** Finished, with this outcome; null: there is no such entry. */
  | { readonly kind: 'gone'; readonly outcome: string | null }
  | { readonly kind: 'nothing-to-send'; readonly seen: TurnRows; readonly plan: null }
  | { readonly kind: 'send'; readonly seen: TurnRows; readonly plan: SendPlan };

/**
 * Foresees without locks which message comes, renders it and asks the shop for orders that came without an event. Outside any transaction,
 * because both may take time. A turn that comes up to a second early waits here, before it locks anything.
 */
export async function forecastSend(deps: AppDeps, entryId: string): Promise<Forecast> {
  let seen = await readTurnRows(deps.store.db, entryId);
  if (seen !== null && (await waitOutTheLastMoment(deps, seen.entry))) seen = await readTurnRows(deps.store.db, entryId);
  if (seen === null || seen.entry.state === 'finished') return { kind: 'gone', outcome: seen?.entry.outcome ?? null };
  return forecastOf(deps, await readWorld(deps, seen));
}

/** As `forecastSend`, of several entries that are due. Those that are gone, or for which it fails, are left out. Two statements. */
export async function forecastSends(deps: AppDeps, entryIds: readonly string[]): Promise<readonly KnownForecast[]> {
  const rows = await readManyTurnRows(deps.store.db, entryIds);
  const worlds = await readWorlds(
    deps,
    rows.filter(({ entry }) => entry.state !== 'finished'),
  );
  const forecasts: KnownForecast[] = [];
  for (const world of worlds) {
    const forecast = await forecastOf(deps, world).catch(() => null);
    if (forecast !== null) forecasts.push(forecast);
    // Rendering takes a millisecond or two: what else this process has to do comes between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return forecasts;
}

export type KnownForecast = Exclude<Forecast, { readonly kind: 'gone' }>;
export type SendForecast = Extract<Forecast, { readonly kind: 'send' }>;

async function forecastOf(deps: AppDeps, world: TurnWorld): Promise<KnownForecast> {
  const { entry, profile, cart } = world;
  const seen = { entry, profile, cart };
  const foreseen = foresee(world);
  return foreseen === null
    ? { kind: 'nothing-to-send', seen, plan: null }
    : { kind: 'send', seen, plan: await preparePlan(deps, world, foreseen) };
}

const standstillMs = 100;

/** True: it was early, and time has passed since the rows were read. */
async function waitOutTheLastMoment(deps: AppDeps, entry: TurnEntry): Promise<boolean> {
  if (entry.dueAt === null || entry.dueAt <= deps.clock.now()) return false;
  const earlyMs = deps.clock.realAt(entry.dueAt) - deps.clock.realNow();
  if (earlyMs >= 1000) return false;
  // None left, and yet not due: the sped-up clock stands still until it can be saved. Without a pause the timer would fire again and again.
  await new Promise((resolve) => setTimeout(resolve, earlyMs > 0 ? Math.ceil(earlyMs) : standstillMs));
  return true;
}

async function preparePlan(deps: AppDeps, world: TurnWorld, foreseen: ForeseenSend): Promise<SendPlan> {
  const { step, pending, messageId, lastAttemptFailed } = foreseen;
  const { channel } = step;
  const address = reach(world.profile, channel, { allowFictional: deps.allowFictionalPhones, countries: deps.shop.texts.countries });
  const [content, look, text] = await Promise.all([
    prepareContent(deps, world, foreseen, address),
    lookForOrder(deps, world, foreseen),
    foreseen.asksProvider ? askProvider(deps, messageId) : null,
  ]);
  return {
    step: step.id,
    visit: pending.visit,
    messageId,
    channel,
    cartUpdatedAt: world.cart?.updatedAt ?? null,
    seenAddress: addressOf(world.profile, channel),
    address,
    content,
    look,
    text,
    lastAttemptFailed,
    lookedAt: performance.now(),
  };
}

async function prepareContent(deps: AppDeps, world: TurnWorld, foreseen: ForeseenSend, address: Reach): Promise<PlannedContent> {
  const { step, pending, messageId, known } = foreseen;
  const stored = foreseen.repeats ? await readStoredContent(deps.store.db, messageId) : null;
  const content = knownContent(stored === null ? null : { kind: 'ready', ...stored }, address);
  if (content !== null || address.kind !== 'ok') return content ?? { kind: 'empty', problem: address.kind };
  const told = await toldTo(deps, world, step.template);
  if (told.missing !== null) return { kind: 'empty', problem: told.missing, mayCome: true };
  const messageClass = world.definition.class;
  const rendered = await renderMessage(deps, {
    messageId,
    template: step.template,
    address: address.address,
    class: messageClass,
    context: renderContext(
      world,
      known,
      { cart: linkOf(deps, 'cart', messageId), ...ownLinks(deps, { id: messageId, channel: step.channel, class: messageClass }) },
      told.shown,
    ),
    person: world.profile,
    validitySeconds: (at) =>
      smsValiditySeconds(at, {
        channel: step.channel,
        places: known.places,
        deadlineAt: pending.deadlineAt,
        policy: quietHoursFor(deps.policies.current(), messageClass),
        hours: step.hours ?? null,
      }),
    at: world.at,
  });
  return showing(rendered, told);
}

/** What a template asks beside what every message has. One statement, and none where it asks for nothing. */
async function toldTo(deps: AppDeps, world: TurnWorld, template: string): Promise<ToldToTemplate> {
  const asked = askedByTemplate((await deps.renderer.asks?.(template)) ?? [], world.at, (name, sealed) => open(deps.secret, name, sealed));
  return toldToTemplate(asked, await readKnowledge(deps.store.db, asked, world), world.at);
}

/** A failure is an answer; the turn decides what it means. */
async function lookForOrder(deps: AppDeps, world: TurnWorld, { asksShop }: ForeseenSend): Promise<OrderLook> {
  if (deps.orderLookup === null || !asksShop) return { kind: 'not-asked' };
  return deps.orderLookup.findOrder({
    userId: world.facts.userId,
    email: world.profile.email,
    cartToken: world.cart?.token ?? null,
    since: world.entry.createdAt,
  });
}

async function askProvider(deps: AppDeps, messageId: MessageId): Promise<TextLook> {
  const stored = await readStoredContent(deps.store.db, messageId);
  if (stored === null) return { kind: 'absent' };
  const { outgoing, submittedReal } = stored;
  return (await providerOf(deps.providers, outgoing).findMessage?.(outgoing, { sentAfterReal: submittedReal })) ?? { kind: 'absent' };
}
