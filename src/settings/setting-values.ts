import { z } from 'zod';

/** What settings are made of. Each says in its message what is expected, with an example, and never repeats the value: some are secret. */

export const port = z.coerce.number('it is a port, a number from 0 to 65535').int('it is a port, a whole number').min(0).max(65535);

/** An address on the web, without a slash at the end being asked for. */
export const httpUrl = (example: string) => address(['http:', 'https:'], example);

export const smtpUrl = address(
  ['smtp:', 'smtps:'],
  'smtp://user:password@mail.shop.example:587 (smtps:// where TLS comes first, usually on port 465)',
);

/** A path to a socket may stand in the place of the host. */
export const postgresUrl = address(['postgres:', 'postgresql:'], 'postgres://user:password@db.shop.example:5432/sojourn', {
  hostIsOptional: true,
});

function address(schemes: readonly string[], example: string, { hostIsOptional = false } = {}) {
  return z.string().transform((text, context) => {
    const problem = problemOf(text, schemes, hostIsOptional);
    if (problem !== null) context.addIssue({ code: 'custom', message: `${problem}; it is an address such as ${example}` });
    return text;
  });
}

function problemOf(text: string, schemes: readonly string[], hostIsOptional: boolean): string | null {
  const allowed = schemes.map((scheme) => `${scheme}//`).join(' or ');
  if (!schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}//`))) return `it does not begin with ${allowed}`;
  if (!URL.canParse(text)) return 'it is no address: its host, its port or a sign in it cannot be read (%40 stands for an @ in a password)';
  if (new URL(text).hostname === '' && !hostIsOptional) return 'it names no host';
  return null;
}

/** `host:port`, as gRPC takes it. */
export const hostAndPort = z.string().superRefine((text, context) => {
  const [, host = '', given] = /^(\[[0-9a-f:.]+\]|[^\s:/@]+):(\d{1,5})$/i.exec(text) ?? [];
  const isOne = isHost(host.replace(/^\[|\]$/g, '')) && Number(given) >= 1 && Number(given) <= 65535;
  if (!isOne)
    context.addIssue({
      code: 'custom',
      message: 'it is a host and a port, such as temporal.shop.example:7233, without http:// before it or a path after it',
    });
});

/** A name or an IP address, alone. */
export const host = z.string().refine(isHost, 'it is a name or an IP address alone, such as 127.0.0.1, 0.0.0.0 or ::1, without a port');

function isHost(text: string): boolean {
  if (text === '') return false;
  const inUrl = text.includes(':') ? `[${text}]` : text;
  return /^[\w.:%-]+$/.test(text) && URL.canParse(`http://${inUrl}/`) && new URL(`http://${inUrl}/`).port === '';
}

/** A domain with a dot in it. */
export const domain = (example: string) => z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, `it is a domain such as ${example}`);
