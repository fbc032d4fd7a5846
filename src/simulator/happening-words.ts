import { type Channel, channelKind } from '../domain/messages/channel.js';
import type { HappeningKind } from './script.js';

/** What the world does, in a sentence. `channel`: of the message that a receipt is about; null: there is none. */
export function describeHappening(
  what: Exclude<HappeningKind, { readonly kind: 'event' | 'broadcast' | 'message' }>,
  channel: Channel | null = null,
): string {
  switch (what.kind) {
    case 'receipt':
      return channel === null
        ? `No message of this step was there to be ${what.status}.`
        : `The ${channelKind(channel).words.one} was ${what.status}.`;
    case 'pause':
      return `${scopeName(what.scope)} paused.`;
    case 'resume':
      return `${scopeName(what.scope)} resumed.`;
    case 'suppress':
      return `The ${channelKind(what.channel).words.address}${ofWhom(what.who)} is suppressed: ${what.reason}.`;
    case 'order-lookup':
      return lookSentences[what.answer];
    case 'answered':
      return what.properties === null ? `The receiver refuses the call of ${what.step}.` : `The receiver answers the call of ${what.step}.`;
    case 'close-task':
      return `Someone closes the task of ${what.who ?? 'the person'}: ${what.reason}.`;
    case 'exit':
      return `Someone takes ${what.who ?? 'the person'} out of the journey: ${what.reason}.`;
  }
}

function scopeName(scope: Extract<HappeningKind, { readonly kind: 'pause' }>['scope']): string {
  if (typeof scope !== 'string') return `The journey ${scope.journey} is`;
  return scope === 'all' ? 'All sending is' : scope === 'journey' ? 'The journey is' : `${capitalised(channelKind(scope).words.many)} are`;
}

function ofWhom(who: string | null | undefined): string {
  return who == null ? '' : ` of ${who}`;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

const lookSentences = {
  found: 'An order is placed that no event tells of.',
  none: 'The shop knows of no order.',
  failed: 'The shop cannot be asked for orders.',
} as const;
