import type { FastifyInstance } from 'fastify';

/** A form that was sent: the last value of each field. */
export type Form = Readonly<Record<string, string>>;

const formLimit = 64 * 1024;

/**
 * Reads forms as mailbox providers and browsers send them: urlencoded, multipart (text fields only), and whatever else claims another type
 * as urlencoded, because RFC 8058 lets nothing but the field decide.
 */
export function readForms(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(/^multipart\/form-data/, { parseAs: 'string', bodyLimit: formLimit }, (request, body, done) => {
    done(null, multipartFields(String(body), request.headers['content-type'] ?? ''));
  });
  server.addContentTypeParser('*', { parseAs: 'string', bodyLimit: formLimit }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}

export function formOf(body: unknown): Form {
  return typeof body === 'object' && body !== null ? (body as Form) : {};
}

function multipartFields(body: string, contentType: string): Form {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return {};
  const fields: Record<string, string> = {};
  for (const part of body.split(`--${boundary}`)) {
    const [head = '', ...rest] = part.replace(/^\r?\n/, '').split(/\r?\n\r?\n/);
    const name = fieldName(head);
    if (name !== null) fields[name] = rest.join('\n\n').replace(/\r?\n$/, '');
  }
  return fields;
}

/** The name in a part's `Content-Disposition: form-data; name="…"`. */
function fieldName(head: string): string | null {
  const line = head.split('\n').find((one) => /^\s{0,4}content-disposition:/i.test(one));
  const [, name] =
    line === undefined ? [] : (/^name="([^"]*)"/i.exec(line.split(/;[ \t]*/).find((one) => /^name="/i.test(one)) ?? '') ?? []);
  return name ?? null;
}
