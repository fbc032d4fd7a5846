import type { MailpitAddress, MessageSummary } from './messages.js';

/**
 * Mailpit's search as far as we use it: `to:`, `from:`, `cc:`, `bcc:`, `subject:`, `message-id:`, plain words (subject, addresses,
 * snippet), quotes, and `-` or `!` for "not". All terms must hold; text matches anywhere, whatever its case.
 */
export function searchMessages(messages: readonly MessageSummary[], query: string): readonly MessageSummary[] {
  const terms = [...query.matchAll(/([-!]?)(?:(to|from|cc|bcc|subject|message-id):)?(?:"([^"]*)"|(\S+))/gi)].map((match) => ({
    isNegated: match[1] !== '',
    field: (match[2] ?? '').toLowerCase(),
    text: (match[3] ?? match[4] ?? '').toLowerCase(),
  }));
  return messages.filter((message) =>
    terms.every(({ isNegated, field, text }) => textOf(message, field).toLowerCase().includes(text) !== isNegated),
  );
}

function textOf(message: MessageSummary, field: string): string {
  switch (field) {
    case 'to':
      return addresses(message.To);
    case 'from':
      return addresses(message.From ? [message.From] : []);
    case 'cc':
      return addresses(message.Cc);
    case 'bcc':
      return addresses(message.Bcc);
    case 'subject':
      return message.Subject;
    case 'message-id':
      return message.MessageID;
    default:
      return [
        message.Subject,
        message.Snippet,
        addresses(message.From ? [message.From] : []),
        addresses([...message.To, ...message.Cc, ...message.Bcc]),
      ].join('\n');
  }
}

function addresses(list: readonly MailpitAddress[]): string {
  return list.map(({ Name, Address }) => `${Name} <${Address}>`).join('\n');
}
