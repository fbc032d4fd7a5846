import type { Channel } from '../domain/channel.js';
import type { HappeningKind, PauseScope } from './script.js';

/** What the world does, in a sentence. `channel`: of the message that a receipt is about; null: there is none. */
export function describeHappening(what: Exclude<HappeningKind, { readonly kind: 'event' }>, channel: Channel | null = null): string {
  switch (what.kind) {
    case 'receipt':
      return channel === null
        ? `No message of this step was there to be ${what.status}.`
        : `The ${channel === 'email' ? 'email' : 'text'} was ${what.status}.`;
    case 'pause':
      return `${scopeNames[what.scope]} paused.`;
    case 'resume':
      return `${scopeNames[what.scope]} resumed.`;
    case 'suppress':
      return `The ${what.channel === 'email' ? 'email address' : 'mobile number'} is suppressed: ${what.reason}.`;
    case 'order-lookup':
      return lookSentences[what.answer];
    case 'exit':
      return `Someone takes the person out of the journey: ${what.reason}.`;
  }
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
