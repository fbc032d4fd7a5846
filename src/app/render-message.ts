import type { MessageClass } from '../domain/channel.js';
import type { MessageId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { type LinkPurpose, signLink } from '../domain/link-token.js';
import type { Outgoing } from '../domain/outgoing.js';
import type { RenderContext } from '../domain/rendering.js';
import type { AppDeps } from './deps.js';

/** What a message says, ready for the provider, or why it says nothing. */
export type PlannedContent =
  | {
      readonly kind: 'ready';
      readonly outgoing: Outgoing;
      readonly templateVersion: number;
      readonly contentHash: string;
      readonly atMostOnce: boolean;
    }
  | { readonly kind: 'empty'; readonly problem: string };

const linkPaths: Readonly<Record<LinkPurpose, string>> = { unsubscribe: 'u', preferences: 'p', cart: 'c' };

/** A link of ours in a message: it names the message, never the person. */
export function linkOf(deps: Pick<AppDeps, 'publicUrl' | 'secret'>, purpose: LinkPurpose, messageId: string): string {
  return `${deps.publicUrl}/${linkPaths[purpose]}/${signLink(deps.secret, { purpose, id: messageId })}`;
}

/** Renders the newest published version of a template for one person and addresses it. */
export async function renderMessage(
  deps: AppDeps,
  message: {
    readonly messageId: MessageId;
    readonly template: string;
    readonly class: MessageClass;
    readonly address: string;
    readonly context: RenderContext;
    /** Seconds for which the provider may hold a text that is submitted at this instant. */
    readonly validitySeconds: (at: Instant) => number;
    readonly at: Instant;
  },
): Promise<PlannedContent> {
  const rendered = await deps.renderer.render(message.template, 'latest', message.context);
  if (rendered.kind === 'empty') return rendered;
  const ready = {
    kind: 'ready',
    templateVersion: rendered.templateVersion,
    contentHash: rendered.contentHash,
    atMostOnce: rendered.atMostOnce,
  } as const;
  if (rendered.kind === 'sms') {
    const outgoing: Outgoing = {
      kind: 'sms',
      messageId: message.messageId,
      from: deps.shop.smsSender[message.class],
      to: message.address,
      body: rendered.body,
      segments: rendered.segments,
      validitySeconds: message.validitySeconds(message.at),
    };
    return { ...ready, outgoing };
  }
  const from = deps.shop.from[message.class];
  const outgoing: Outgoing = {
    kind: 'email',
    messageId: message.messageId,
    from: { name: from.name, address: from.address },
    to: { name: null, address: message.address },
    replyTo: from.replyTo,
    subject: rendered.subject,
    html: rendered.html,
    text: rendered.text,
    unsubscribeUrl: message.class === 'transactional' ? null : message.context.links.unsubscribe,
    listId: message.class === 'transactional' ? null : `marketing.${from.address.slice(from.address.lastIndexOf('@') + 1)}`,
  };
  return { ...ready, outgoing };
}
