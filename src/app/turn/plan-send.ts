import { checkEmail } from '../../channels/email/address.js';
import { checkPhone } from '../../channels/sms/address.js';
import { messageIdFor, type MessageId, type StepId } from '../../domain/ids.js';
import type { Instant } from '../../domain/instant.js';
import type { Outgoing, TextLook } from '../../domain/outgoing.js';
import { quietHoursFor, smsValiditySeconds } from '../../domain/quiet-hours.js';
import type { RenderContext } from '../../domain/rendering.js';
import type { SendStep } from '../../journey/definition.js';
import { advance, decideEntry } from '../../journey/engine.js';
import { originOf } from '../../journey/internal.js';
import { endsByOrder } from '../../journey/last-look.js';
import type { Pending } from '../../journey/entry.js';
import { readStoredContent } from '../../store/messages.js';
import { readTurnRows, type TurnEntry, type TurnProfile, type TurnRows } from '../../store/turn-snapshot.js';
import type { AppDeps } from '../deps.js';
import { linkOf, type PlannedContent, renderMessage } from '../render-message.js';
import { enteredState, historyOf } from './entering.js';
import { readContext, textTrait, type TurnContext } from './turn-context.js';

export type Reach = { readonly kind: 'ok'; readonly address: string } | { readonly kind: 'no'; readonly code: string };

/** A message made ready outside any transaction: what it says, and what was looked up for it. Good for some seconds only. */
export interface SendPlan {
  readonly step: StepId;
  readonly visit: number;
  readonly messageId: MessageId;
  readonly channel: SendStep['channel'];
  /** The cart and address as they were rendered: what changed since must be rendered again. */
  readonly cartUpdatedAt: number | null;
  readonly seenAddress: string | null;
  readonly address: Reach;
  readonly content: PlannedContent;
  readonly look: OrderLook;
  /** What the provider says of an ambiguous text, where it was asked. */
  readonly text: TextLook | null;
  /** The last attempt failed in a way that may pass: the next one goes over the channel's queue. */
  readonly lastAttemptFailed: boolean;
  /** Monotonic milliseconds at which the looks were made. */
  readonly lookedAt: number;
}

type PendingSend = Extract<Pending, { kind: 'send' }>;

export type OrderLook =
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'found'; readonly orderedAt: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly code: string };

export type Forecast =
  /** Finished, with this outcome; null: there is no such entry. */
  | { readonly kind: 'gone'; readonly outcome: string | null }
  | { readonly kind: 'nothing-to-send'; readonly seen: TurnRows }
  | { readonly kind: 'send'; readonly seen: TurnRows; readonly plan: SendPlan };

/**
 * Runs the engine without locks to see which message comes, renders it and asks the shop for orders that no event told of. Outside any
 * transaction, because both may take time. A turn that comes up to a second early waits here, before it locks anything.
 */
export async function forecastSend(deps: AppDeps, entryId: string): Promise<Forecast> {
  let seen = await readTurnRows(deps.store.db, entryId);
  if (seen !== null && (await waitOutTheLastMoment(deps, seen.entry))) seen = await readTurnRows(deps.store.db, entryId);
  if (seen === null || seen.entry.state === 'finished') return { kind: 'gone', outcome: seen?.entry.outcome ?? null };
  const context = await readContext(deps, seen);
  const pending = foreseen(context);
  if (pending?.kind !== 'send') return { kind: 'nothing-to-send', seen };
  const step = context.definition.steps[pending.step];
  if (step?.kind !== 'send') return { kind: 'nothing-to-send', seen };
  return { kind: 'send', seen, plan: await preparePlan(deps, context, step, pending) };
}

/** True: it was early, and time has passed since the rows were read. */
const standstillMs = 100;

async function waitOutTheLastMoment(deps: AppDeps, entry: TurnEntry): Promise<boolean> {
  if (entry.dueAt === null || entry.dueAt <= deps.clock.now()) return false;
  const earlyMs = deps.clock.realAt(entry.dueAt) - deps.clock.realNow();
  if (earlyMs >= 1000) return false;
  // None left, and yet not due: the sped-up clock stands still until it can be saved. Without a pause the timer would fire again and again.
  await new Promise((resolve) => setTimeout(resolve, earlyMs > 0 ? Math.ceil(earlyMs) : standstillMs));
  return true;
}

function foreseen(context: TurnContext): Pending | null {
  const { entry, engine, at, facts } = context;
  const inputs = facts.inputs.map(({ input }) => input);
  if (entry.state !== 'armed') return advance(engine, entry.data, inputs).pending;
  if (entry.dueAt === null || entry.dueAt > at) return null;
  const decision = decideEntry(engine, historyOf(facts));
  return decision.kind === 'enter' ? advance(engine, enteredState(context), inputs).pending : null;
}

async function preparePlan(deps: AppDeps, context: TurnContext, step: SendStep, { visit, deadlineAt }: PendingSend): Promise<SendPlan> {
  const messageId = messageIdFor(deps.secret, `${context.entry.id}|${step.id}|${visit}`);
  const address = reach(deps, context, step.channel);
  const [content, look, text] = await Promise.all([
    prepareContent(deps, context, { step, messageId, address, deadlineAt }),
    lookForOrder(deps, context),
    reconcileText(deps, context, messageId),
  ]);
  return {
    step: step.id,
    visit,
    messageId,
    channel: step.channel,
    cartUpdatedAt: context.cart?.updatedAt ?? null,
    seenAddress: step.channel === 'email' ? context.profile.email : context.profile.phone,
    address,
    content,
    look,
    text,
    lastAttemptFailed: lastAttemptOf(context, messageId)?.outcome === 'not-sent',
    lookedAt: performance.now(),
  };
}

function lastAttemptOf(context: TurnContext, messageId: MessageId) {
  return context.facts.messages.find((message) => message.id === messageId)?.attempts.at(-1);
}

/** The address on a channel as it is now, and whether a message may go there. */
export function reach(
  deps: Pick<AppDeps, 'allowFictionalPhones'>,
  { profile }: { readonly profile: Pick<TurnProfile, 'email' | 'phone' | 'traits'> },
  channel: SendStep['channel'],
): Reach {
  if (channel === 'email') return checkEmail(profile.email);
  const country = textTrait(profile, 'country');
  const check = checkPhone(profile.phone, { allowFictional: deps.allowFictionalPhones, ...(country?.length === 2 ? { country } : {}) });
  return check.kind === 'ok' ? { kind: 'ok', address: check.e164 } : check;
}

/** An ambiguous mail is repeated to the letter; everything else is rendered from the live cart. */
async function prepareContent(
  deps: AppDeps,
  context: TurnContext,
  message: { readonly step: SendStep; readonly messageId: MessageId; readonly address: Reach; readonly deadlineAt: Instant },
): Promise<PlannedContent> {
  const { step, messageId, address, deadlineAt } = message;
  const lastAttempt = lastAttemptOf(context, messageId);
  if (lastAttempt !== undefined && lastAttempt.outcome !== 'not-sent') {
    const stored = await readStoredContent(deps.store.db, messageId);
    // To where it may have gone before, or nowhere: the gate looks at the address that the person has now.
    if (stored && address.kind === 'ok' && addressOf(stored.outgoing) !== address.address)
      return { kind: 'empty', problem: 'the address is another one since it may have left' };
    if (stored) return { kind: 'ready', ...stored };
  }
  if (address.kind !== 'ok') return { kind: 'empty', problem: 'no address to render for' };
  return renderMessage(deps, {
    messageId,
    template: step.template,
    address: address.address,
    class: context.definition.class,
    context: renderContext(deps, context, messageId),
    person: context.profile,
    validitySeconds: (at) =>
      smsValiditySeconds(at, {
        places: context.places,
        deadlineAt,
        policy: quietHoursFor(deps.policies.current(), context.definition.class),
        hours: step.hours ?? null,
      }),
    at: context.at,
  });
}

function addressOf(outgoing: Outgoing): string {
  return outgoing.kind === 'email' ? outgoing.to.address : outgoing.to;
}

function renderContext(deps: AppDeps, context: TurnContext, messageId: MessageId): RenderContext {
  const { profile, cart } = context;
  return {
    profile: {
      firstName: textTrait(profile, 'firstName') ?? textTrait(profile, 'first_name'),
      locale: textTrait(profile, 'locale') ?? textTrait(profile, 'language'),
      traits: profile.traits,
    },
    cart:
      cart === null
        ? null
        : {
            lines: cart.lines.map(({ name, quantity, price, imageUrl, url }) => ({ name, quantity, price, imageUrl, url })),
            value: cart.value,
            currency: cart.currency ?? deps.shop.currency,
            url: linkOf(deps, 'cart', messageId),
          },
    links: { unsubscribe: linkOf(deps, 'unsubscribe', messageId), preferences: linkOf(deps, 'preferences', messageId) },
    data: originOf(context.entry.journeyId) === 'journey' ? {} : context.entry.data.trigger,
    isFirstSms: !context.facts.textedBefore,
    at: context.at,
    timeZone: context.timeZone,
  };
}

/** Asks the shop only in journeys that an order ends. A failure is an answer; the turn decides what it means. */
async function lookForOrder(deps: AppDeps, context: TurnContext): Promise<OrderLook> {
  if (deps.orderLookup === null || !endsByOrder(context.definition)) return { kind: 'not-asked' };
  return deps.orderLookup.findOrder({
    userId: context.facts.userId,
    email: context.profile.email,
    cartToken: context.cart?.token ?? null,
    since: context.entry.createdAt,
  });
}

/** An ambiguous text is never sent twice: after the wait for a callback the provider is asked whether it has the message. */
async function reconcileText(deps: AppDeps, context: TurnContext, messageId: MessageId): Promise<SendPlan['text']> {
  const known = context.facts.messages.find((message) => message.id === messageId);
  if (known?.channel !== 'sms' || known.state !== 'unknown' || context.entry.dueAt === null || context.entry.dueAt > context.at)
    return null;
  const stored = await readStoredContent(deps.store.db, messageId);
  if (stored?.outgoing.kind !== 'sms' || deps.providers.sms.findMessage === undefined) return { kind: 'absent' };
  return deps.providers.sms.findMessage(stored.outgoing, { sentAfterReal: stored.submittedReal });
}
