import type { Channel } from '../domain/messages/channel.js';
import type { HappeningKind, PauseScope } from './script.js';

/** What the world does, in a sentence. `channel`: of the message that a receipt is about; null: there is none. */
export function describeHappening(
  what: Exclude<HappeningKind, { readonly kind: 'event' | 'broadcast' | 'message' }>,
  channel: Channel | null = null,
): string {
  switch (what.kind) {
    case 'receipt':
      return channel === null
        ? `No message of this step was there to be ${what.status}.`
        : `The ${channel === 'email' ? 'email' : 'text'} was ${what.status}.`;
    case 'pause':
      return `${scopeName(what.scope)} paused.`;
    case 'resume':
      return `${scopeName(what.scope)} resumed.`;
    case 'suppress':
      return `The ${what.channel === 'email' ? 'email address' : 'mobile number'}${ofWhom(what.who)} is suppressed: ${what.reason}.`;
    case 'order-lookup':
      return lookSentences[what.answer];
    case 'exit':
      return `Someone takes ${what.who ?? 'the person'} out of the journey: ${what.reason}.`;
  }
}

function scopeName(scope: Extract<HappeningKind, { readonly kind: 'pause' }>['scope']): string {
  return typeof scope === 'string' ? scopeNames[scope] : `The journey ${scope.journey} is`;
}

function ofWhom(who: string | null | undefined): string {
  return who == null ? '' : ` of ${who}`;
}

const scopeNames: Readonly<Record<PauseScope, string>> = {
  all: 'All sending is',
  email: 'Emails are',
  sms: 'Texts are',
  journey: 'The journey is',
};

const lookSentences = {
  found: 'An order is placed that no event tells of.',
  none: 'The shop knows of no order.',
  failed: 'The shop cannot be asked for orders.',
} as const;
