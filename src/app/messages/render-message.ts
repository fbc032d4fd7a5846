import { type TrackingAddresses, trackDesigned, trackPlain } from '../../channels/track-links.js';
import { type LinkPurpose, linkLetters, signLink } from '../../domain/keys/link-token.js';
import { type Channel, channelKind, isStricter, type MessageClass, plainContent } from '../../domain/messages/channel.js';
import type { Outgoing } from '../../domain/messages/outgoing.js';
import type { RenderContext } from '../../domain/messages/rendering.js';
import type { Instant } from '../../domain/time/instant.js';
import { isTrackable, mayTrack } from '../../domain/tracking/tracking.js';
import { signTracked } from '../../domain/tracking/tracking-token.js';
import type { MessageId } from '../../domain/values/ids.js';
import type { PlannedContent } from '../../turn/content.js';
import type { AppDeps } from '../deps.js';

/** A link of ours in a message: it names the message (or the request that it confirms), never the person. */
export function linkOf(deps: Pick<AppDeps, 'publicUrl' | 'secret'>, purpose: LinkPurpose, id: string): string {
  return `${deps.publicUrl}/${linkLetters[purpose]}/${signLink(deps.secret, { purpose, id })}`;
}

/**
 * The links of a message about itself. What is transactional has no view in the browser: it may hold what is meant for one reader, such as
 * a way in.
 */
export function ownLinks(
  deps: Pick<AppDeps, 'publicUrl' | 'secret'>,
  message: { readonly id: MessageId; readonly channel: Channel; readonly class: MessageClass },
): RenderContext['links'] {
  const { id, channel, class: messageClass } = message;
  const links = {
    unsubscribe: linkOf(deps, 'unsubscribe', id),
    preferences: linkOf(deps, 'preferences', id),
    quiz: linkOf(deps, 'quiz', id),
  };
  return channelKind(channel).tracking.hasView && messageClass !== 'transactional' ? { ...links, view: linkOf(deps, 'view', id) } : links;
}

interface MessageToRender {
  readonly messageId: MessageId;
  readonly template: string;
  readonly class: MessageClass;
  readonly address: string;
  readonly context: RenderContext;
  /** Whose opens and clicks would be recorded; null: nobody's, as of tests. */
  readonly person: { readonly traits: Readonly<Record<string, unknown>>; readonly phone: string | null } | null;
  /** Seconds for which the provider may hold a text that is submitted at this instant. */
  readonly validitySeconds: (at: Instant) => number;
  readonly at: Instant;
}

/** `campaign:tenant:class:sender`: letters, digits and hyphens, nothing about the person. */
function feedbackIdOf(brand: string, message: { readonly template: string; readonly class: string }, from: string): string {
  const word = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return [message.template, brand, message.class, from.slice(from.lastIndexOf('@') + 1)].map(word).join(':');
}

/** Renders the newest published version of a template for one person, addresses it, and lets its links tell where that is allowed. */
export async function renderMessage(deps: AppDeps, message: MessageToRender): Promise<PlannedContent> {
  const rendered = await deps.renderer.render(message.template, 'latest', message.context);
  if (rendered.kind === 'empty') return rendered;
  const problem = rendered.class === undefined ? null : approvedElsewise(rendered.class, message);
  if (problem !== null) return { kind: 'empty', problem };
  const { templateVersion, contentHash, atMostOnce } = rendered;
  const recommended = rendered.recommended === undefined ? {} : { recommended: rendered.recommended };
  const ready = { kind: 'ready', templateVersion, contentHash, atMostOnce, ...recommended } as const;
  const tracking = trackingOf(deps, message, rendered.kind);
  if ('body' in rendered) {
    const plain = plainContent(rendered.kind);
    const tracked = tracking === null ? null : trackPlain(rendered.body, tracking, { onlyShorter: plain.paysByLength });
    const outgoing: Outgoing = {
      kind: rendered.kind,
      messageId: message.messageId,
      from: plain.senderOf({ brand: deps.shop.brand, number: deps.shop.smsSender[message.class] }),
      to: message.address,
      body: tracked?.body ?? rendered.body,
      segments: tracked === null ? rendered.segments : plain.measure(tracked.body).segments,
      validitySeconds: message.validitySeconds(message.at),
    };
    return { ...ready, outgoing, links: tracked?.links ?? null };
  }
  const from = deps.shop.from[message.class];
  const { html, text, links } = tracking === null ? { ...rendered, links: null } : trackDesigned(rendered, tracking);
  const outgoing: Outgoing = {
    kind: rendered.kind,
    messageId: message.messageId,
    from: { name: from.name, address: from.address },
    to: { name: null, address: message.address },
    replyTo: from.replyTo,
    subject: rendered.subject,
    html,
    text,
    unsubscribeUrl: message.class === 'transactional' ? null : message.context.links.unsubscribe,
    feedbackId: feedbackIdOf(deps.shop.brand, message, from.address),
    listId: message.class === 'transactional' ? null : `marketing.${from.address.slice(from.address.lastIndexOf('@') + 1)}`,
  };
  return { ...ready, outgoing, links };
}

/**
 * A newer version may have been approved as something else since the message was asked for: it never leaves as what has less to obey. Null:
 * it has not.
 */
export function approvedElsewise(
  approved: MessageClass,
  { template, class: messageClass }: Pick<MessageToRender, 'template' | 'class'>,
): string | null {
  return isStricter(approved, messageClass) ? `the template ${template} is ${approved} now, and the message ${messageClass}` : null;
}

/** Null: nothing of this message is to be recorded. */
function trackingOf(
  deps: Pick<AppDeps, 'policies' | 'shop' | 'publicUrl' | 'secret'>,
  { messageId, person, class: messageClass }: Pick<MessageToRender, 'messageId' | 'person' | 'class'>,
  channel: Channel,
): TrackingAddresses | null {
  const { tracking } = deps.policies.current().engagement;
  if (person === null || !isTrackable(tracking, { channel, class: messageClass }) || !mayTrack(tracking, person, deps.shop)) return null;
  const { publicUrl, secret } = deps;
  return {
    linkUrl: (link) => `${publicUrl}/l/${signTracked(secret, { messageId, link })}`,
    pictureUrl: `${publicUrl}/o/${signTracked(secret, { messageId, link: null })}.gif`,
    publicUrl,
    siteUrl: deps.shop.siteUrl,
    hosts: deps.shop.hosts,
  };
}
