import { suppressionKey } from '../../domain/consent/suppression.js';
import { nobodysEngagement } from '../../domain/engagement/facts.js';
import { verdictSentence } from '../../domain/gate/explain.js';
import { quietHoursFor, smsValiditySeconds } from '../../domain/gate/quiet-hours.js';
import { decideSend } from '../../domain/gate/send-gate.js';
import type { SendDecision } from '../../domain/gate/verdict.js';
import { signingKey } from '../../domain/keys/secrets.js';
import { channelKind, normaliseAddress } from '../../domain/messages/channel.js';
import type { AttemptOutcome } from '../../domain/messages/message.js';
import type { RenderContext } from '../../domain/messages/rendering.js';
import type { TemplateHead } from '../../domain/messages/template.js';
import { shopPlace } from '../../domain/places/zone-evidence.js';
import { hour, type Instant } from '../../domain/time/instant.js';
import { messageIdFor, type ProfileId, type StepId } from '../../domain/values/ids.js';
import { leaseMs } from '../../domain/values/lease.js';
import { lockPauses } from '../../store/controls.js';
import type { Trx } from '../../store/db.js';
import { readRealNow, writeAttempt, writeAttemptOutcome, writeMessage, writeSettled, writeVerdict } from '../../store/messages.js';
import { ensureTestRecipient } from '../../store/profiles.js';
import { readSuppressions } from '../../store/profiles-read.js';
import { writeTogether } from '../../store/write-together.js';
import type { PlannedContent } from '../../turn/content.js';
import type { NewMessage } from '../../turn/effects.js';
import { gateFacts } from '../../turn/gate-facts.js';
import { pauseOn } from '../../turn/pauses.js';
import type { AppDeps } from '../deps.js';
import { ownLinks, renderMessage } from './render-message.js';
import { submitMessage } from './submit-message.js';

export type TestSendResult = { readonly kind: 'done'; readonly messageId: string } | { readonly kind: 'refused'; readonly reason: string };

/**
 * Sends a template to one of the shop's listed test addresses, through the gate. Being on the list is the consent; suppression, address,
 * content, pauses and quiet hours count as usual. Outside caps, metrics and journeys: the message is marked `test`.
 */
export async function testSend(
  deps: AppDeps,
  input: { readonly template: TemplateHead; readonly to: string; readonly context: RenderContext },
): Promise<TestSendResult> {
  const { template, to } = input;
  const { channel } = template;
  if (!deps.mayBeginSend())
    return { kind: 'refused', reason: 'The service is shutting down and starts no message. Try again in a moment.' };
  if (!deps.shop.testAddresses[channel].includes(to))
    return {
      kind: 'refused',
      reason: `This address is not in test_addresses.${channel} of shop.yaml. Add it there: this keeps tests from real customers.`,
    };
  const { address: kind, words } = channelKind(channel);
  const address = kind.check(to, { allowFictional: deps.allowFictionalPhones, countries: 'all' });
  if (address.kind === 'no')
    return { kind: 'refused', reason: `No ${words.one} can be sent to this address (${address.code}). Check how it is written.` };

  const id = messageIdFor(signingKey(deps.secret, 'message-ids'), `test|${deps.newId()}`);
  const at = deps.clock.now();
  const content = await renderMessage(deps, {
    messageId: id,
    template: template.id,
    class: template.class,
    address: address.address,
    context: {
      ...input.context,
      links: ownLinks(deps, { id, channel, class: template.class }),
      at,
    },
    person: null,
    validitySeconds: (from) =>
      smsValiditySeconds(from, {
        channel,
        places: [shopPlace(deps.shop)],
        deadlineAt: from + hour,
        policy: quietHoursFor(deps.policies.current(), template.class),
      }),
    at,
  });
  // The slot first: the lease that `decide` commits covers the call alone.
  const sent = await deps.slots[channel].use('queue', () => decideAndSubmit(deps, { ...input, id, content, at }));
  if (sent === null) return { kind: 'refused', reason: 'The provider is slow, and every connection to it is in use. Try again later.' };
  if ('reason' in sent) return sent;
  const { outcome } = sent;
  await deps.store.transaction(async (trx) => {
    const providerId = outcome.kind === 'accepted' ? outcome.providerId : null;
    const at = deps.clock.now();
    const state = outcome.kind === 'not-sent' ? 'skipped' : outcome.kind;
    await writeTogether(trx, {
      attempts: writeAttemptOutcome({ messageId: id, n: 1, outcome, at }),
      messages: writeSettled({ id, state, reason: state === 'skipped' ? 'provider-rejected' : null, slotAt: null, providerId, at }),
    });
  });
  return outcome.kind === 'not-sent'
    ? { kind: 'refused', reason: `The provider rejected it (${outcome.code}).` }
    : { kind: 'done', messageId: id };
}

interface TestMessage {
  readonly template: TemplateHead;
  readonly to: string;
  readonly id: NewMessage['id'];
  readonly content: PlannedContent;
  readonly at: Instant;
}

async function decideAndSubmit(
  deps: AppDeps,
  send: TestMessage,
): Promise<{ readonly kind: 'refused'; readonly reason: string } | { readonly outcome: AttemptOutcome }> {
  const { id, content, template } = send;
  const decided = await deps.store.transaction((trx) => decide(deps, trx, send));
  if (decided.kind !== 'send')
    return { kind: 'refused', reason: verdictSentence(decided, { timeZone: deps.shop.timeZone, channel: template.channel }) };
  if (content.kind !== 'ready') throw new Error(`Test message ${id} passed the gate without content.`);
  return { outcome: await submitMessage(deps, content.outgoing, performance.now()) };
}

async function decide(deps: AppDeps, trx: Trx, send: TestMessage): Promise<SendDecision> {
  const { template, to, id, content, at } = send;
  const { channel } = template;
  const profileId = (await ensureTestRecipient(trx, at)) as ProfileId;
  const normalised = normaliseAddress(channel, to);
  const keys = normalised === null ? [] : [suppressionKey(deps.secret, channel, normalised)];
  const policies = deps.policies.current();
  const person = {
    traits: {},
    // Being on the list is the consent.
    consents: [{ channel, topic: template.topic, state: 'granted', at: 0, method: 'test-address', source: 'shop.yaml' } as const],
    engagement: nobodysEngagement,
    ledger: [],
    suppressions: Object.fromEntries((await readSuppressions(trx, keys)).map((one) => [one.channel, one.reason])),
    unsubscribedAt: {},
    holds: [],
    places: [shopPlace(deps.shop)],
    timeZone: deps.shop.timeZone,
  };
  const request = {
    messageId: id,
    channel,
    class: template.class,
    topic: template.topic,
    priority: 100,
    at,
    deadlineAt: at,
    onCapped: 'skip',
  } as const;
  const pauses = await lockPauses(trx, { journeyId: null, providers: [] });
  const facts = gateFacts(policies, person, request, {
    paused: pauseOn(pauses, { channel, class: template.class, mailbox: null }),
    reachable: { kind: 'ok' },
    content: content.kind === 'ready' ? { kind: 'ready' } : content,
    isTest: true,
  });
  const decision = decideSend(request, facts);
  const message: NewMessage = {
    id,
    origin: 'test',
    entryId: null,
    journeyId: null,
    version: null,
    step: null as StepId | null,
    visit: null,
    profileId,
    channel,
    class: template.class,
    topic: template.topic,
    priority: 100,
    template: template.id,
    deadlineAt: at,
  };
  const standing =
    decision.kind === 'send' && content.kind === 'ready'
      ? writeAttempt(message, {
          n: 1,
          at,
          leaseReal: (await readRealNow(trx)) + leaseMs,
          outgoing: content.outgoing,
          templateVersion: content.templateVersion,
          contentHash: content.contentHash,
          links: content.links,
          provider: deps.providers[channel].name,
        })
      : {
          messages: writeMessage(message, {
            state: 'skipped',
            reason: decision.kind === 'send' ? null : decision.reason,
            slotAt: at,
            at,
          }),
        };
  await writeTogether<'messages' | 'attempts' | 'verdicts'>(trx, { ...standing, verdicts: writeVerdict(id, decision, at) });
  return decision;
}
