import { escapeHtml, page } from '../local-server.js';
import type { Text } from './texts.js';

export function phonePage(texts: readonly Text[]): string {
  const rows = texts
    .map(
      (text) =>
        `<tr><td class="muted one-line">${new Date(text.createdAt).toISOString().replace('T', ' ').slice(0, 19)}</td><td class="one-line">${escapeHtml(text.from)}</td><td class="one-line">${escapeHtml(text.to)}</td><td class="${text.direction === 'inbound' ? 'in' : ''}">${escapeHtml(text.body).replaceAll('\n', '<br>')}</td><td class="one-line">${text.status}${text.errorCode === null ? '' : ` (${text.errorCode})`}</td><td>${text.segments}</td></tr>`,
    )
    .join('');
  return page(
    'Local phone',
    `<form method="post" action="/inbound"><label>Text from <input name="from" value="${escapeHtml(texts.find(({ direction }) => direction !== 'inbound')?.to ?? '')}" placeholder="+447700900123"></label>
     <label>to <input name="to" placeholder="the last sender"></label> <label>saying <input name="body" value="STOP"></label> <button>Send</button></form>
     <table><thead><tr><th>At (UTC)</th><th>From</th><th>To</th><th>Text</th><th>Status</th><th>Parts</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}
