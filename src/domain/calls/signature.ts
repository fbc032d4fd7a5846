import { createHmac } from 'node:crypto';
import { everySecret, type Secrets } from '../keys/secrets.js';
import { subKey } from '../keys/sub-key.js';
import type { Instant } from '../time/instant.js';

/** The key with which a receiver checks calls, as Standard Webhooks writes it: `whsec_` and 256 bits in base64. */
export function receiverKey(secrets: Secrets, receiver: string): string {
  return `whsec_${keyOf(secrets.first, receiver).toString('base64')}`;
}

/**
 * The headers of a call, by Standard Webhooks: id, seconds since 1970, and HMAC-SHA256 over `id.seconds.body` in base64. During a rotation
 * of the secret there is a signature by each, with spaces between. `at`: real time, because receivers refuse what is old.
 */
export function signedHeaders(
  secrets: Secrets,
  { receiver, id, body, at }: { readonly receiver: string; readonly id: string; readonly body: string; readonly at: Instant },
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(at / 1000));
  const signatures = everySecret(secrets).map((secret) => {
    const digest = createHmac('sha256', keyOf(secret, receiver)).update(`${id}.${seconds}.${body}`).digest('base64');
    return `v1,${digest}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') };
}

function keyOf(secret: string, receiver: string): Buffer {
  return createHmac('sha256', subKey(secret, 'calls')).update(receiver).digest();
}
