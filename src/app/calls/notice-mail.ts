import type { OutgoingEmail } from '../../domain/messages/outgoing.js';
import type { Shop } from '../../domain/shop/shop.js';
import type { DueCall } from '../../store/calls.js';

/** A mail to the team. It names the customer by ids alone: those who may see more ask by them. */
export function noticeMail(shop: Pick<Shop, 'from' | 'brand'>, call: DueCall, to: string): OutgoingEmail {
  const { name, address, replyTo } = shop.from.service;
  const lines = linesOf(call);
  return {
    kind: 'email',
    messageId: call.id,
    from: { name, address },
    to: { name: null, address: to },
    replyTo,
    subject: subjectOf(call),
    text: `${lines.join('\n')}\n`,
    html: `<!doctype html><html lang="en"><body><pre style="font: 14px/1.5 sans-serif; white-space: pre-wrap">${escapeHtml(lines.join('\n'))}</pre></body></html>`,
    unsubscribeUrl: null,
    listId: null,
  };
}

/** One line, without what a mail header could take for its own. */
function subjectOf({ kind, journeyId, data }: DueCall): string {
  const said = kind === 'task' ? `Task: ${textOf(data['title'])}` : textOf(data['subject']);
  return (said === '' ? `News of the journey ${journeyId}` : said)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

function linesOf(call: DueCall): readonly string[] {
  const { kind, data, journeyId, step, profileId, userId, orderId } = call;
  return [
    ...(kind === 'task' ? taskLines(data) : [textOf(data['text'])]),
    '',
    `Person: ${profileId}${userId === null ? '' : ` (the shop’s id: ${userId})`}`,
    ...(orderId === null ? [] : [`Order: ${orderId}`]),
    `Journey: ${journeyId}, step ${step}`,
    '',
    `sojourn profile show ${profileId}`,
  ];
}

function taskLines({ title, reason, priority, due_at: dueAt, because }: DueCall['data']): readonly string[] {
  const causes = Object.entries((because ?? {}) as Readonly<Record<string, unknown>>);
  return [
    textOf(title),
    `Reason: ${textOf(reason)}. Priority: ${textOf(priority)}.`,
    ...(typeof dueAt === 'string' ? [`Due: ${dueAt}`] : []),
    ...causes.map(([name, value]) => `${name}: ${textOf(value)}`),
  ];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
