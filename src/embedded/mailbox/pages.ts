import { escapeHtml, page } from '../local-server.js';
import type { MailpitAddress, MailpitMessage, MessageSummary } from './messages.js';

export function listPage(view: {
  readonly messages: readonly MessageSummary[];
  readonly total: number;
  readonly start: number;
  readonly limit: number;
  readonly query: string;
}): string {
  const rows = view.messages
    .map(
      (message) =>
        `<tr><td class="muted one-line">${escapeHtml(message.Created.replace('T', ' ').slice(0, 19))}</td><td class="one-line">${names(message.To)}</td><td><a href="/view/${message.ID}">${escapeHtml(message.Subject || '(no subject)')}</a><br><span class="muted">${escapeHtml(message.Snippet.slice(0, 120))}</span></td></tr>`,
    )
    .join('');
  const link = (start: number, text: string) =>
    `<a href="/?${new URLSearchParams({ query: view.query, start: String(start), limit: String(view.limit) }).toString().replaceAll('&', '&amp;')}">${text}</a> `;
  const earlier = view.start + view.limit < view.total ? link(view.start + view.limit, 'Older') : '';
  const later = view.start > 0 ? link(Math.max(0, view.start - view.limit), 'Newer') : '';
  return page(
    'Local mailbox',
    `<form><input name="query" value="${escapeHtml(view.query)}" placeholder="to:ada@example.com" aria-label="Search"> <button>Search</button> <span class="muted">${view.total} mails</span></form>
     <table><thead><tr><th>Arrived (UTC)</th><th>To</th><th>Subject</th></tr></thead><tbody>${rows}</tbody></table><p>${later}${earlier}</p>`,
  );
}

export function mailPage(message: MailpitMessage): string {
  const unsubscribe = message.ListUnsubscribe.Links.filter((url) => /^https?:/.test(url))
    .map((url) => `<a rel="noreferrer" href="${escapeHtml(url)}">${escapeHtml(url)}</a>`)
    .join(' ');
  return page(
    message.Subject || '(no subject)',
    `<p><a href="/">All mails</a> · <a href="/api/v1/message/${message.ID}/raw">Source</a></p>
     <dl><dt>From</dt><dd>${names(message.From ? [message.From] : [])}</dd><dt>To</dt><dd>${names(message.To)}</dd><dt>Date</dt><dd>${escapeHtml(message.Date)}</dd>
     <dt>Message-ID</dt><dd>${escapeHtml(message.MessageID)}</dd><dt>One-click unsubscribe</dt><dd>${unsubscribe || '–'}</dd></dl>
     <iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="/view/${message.ID}/html" title="The mail as HTML"></iframe><h2>Text part</h2><pre>${escapeHtml(message.Text)}</pre>`,
  );
}

function names(addresses: readonly MailpitAddress[]): string {
  return addresses.map(({ Name, Address }) => escapeHtml(Name ? `${Name} <${Address}>` : Address)).join(', ');
}
