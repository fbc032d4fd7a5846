import { channels, type Channel } from './channel.js';
import type { ConsentRecord } from './consent.js';

/** What a `Consent Granted` or `Consent Revoked` event says. */
export type ConsentReading =
  | { readonly kind: 'consent'; readonly consent: Omit<ConsentRecord, 'at'>; readonly text: string | null }
  | { readonly kind: 'other' }
  | { readonly kind: 'problem'; readonly problem: string };

const states: ReadonlyMap<string, ConsentRecord['state']> = new Map([
  ['consent granted', 'granted'],
  ['consent revoked', 'denied'],
]);

/** Reads `{channel, topic, method, source, text}`. Without a topic the consent is to `marketing`. Nothing else ever grants consent. */
export function readConsentEvent(name: string, properties: Readonly<Record<string, unknown>>): ConsentReading {
  const state = states.get(name.toLowerCase());
  if (state === undefined) return { kind: 'other' };
  const { channel } = properties;
  if (!isChannel(channel)) return { kind: 'problem', problem: `\`channel\` must be one of ${channels.join(', ')}.` };
  for (const field of ['topic', 'method', 'source', 'text']) {
    const value = properties[field];
    if (value !== undefined && value !== null && typeof value !== 'string')
      return { kind: 'problem', problem: `\`${field}\` must be text.` };
  }
  const topic = text(properties['topic']) ?? 'marketing';
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(topic)) return { kind: 'problem', problem: '`topic` must be a name such as `cart_reminder`.' };
  return {
    kind: 'consent',
    consent: { channel, topic, state, method: text(properties['method']) ?? 'unspecified', source: text(properties['source']) ?? 'event' },
    text: text(properties['text']),
  };
}

function isChannel(value: unknown): value is Channel {
  return typeof value === 'string' && (channels as readonly string[]).includes(value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 4000) : null;
}
