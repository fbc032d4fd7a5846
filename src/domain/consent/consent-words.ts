import { type Channel, channelKind } from '../messages/channel.js';
import { formatLocal } from '../time/time.js';
import type { ConsentJudgement, ConsentProof, ConsentRecord, NotAsked } from './consent.js';

/**
 * What holds about one topic on one channel, as a sentence.
 *
 * @example 'No: newsletter by email was withdrawn Tue 1 Dec 10:00 (one-click).'
 */
export function consentSentence(
  { cause, act }: ConsentJudgement<ConsentRecord & Pick<ConsentProof, 'notAsked'>>,
  about: { readonly channel: Channel; readonly topic: string; readonly timeZone: string },
): string {
  const { channel, topic, timeZone } = about;
  const by = `by ${channelKind(channel).words.one}`;
  const it = `${topic} ${by}`;
  const when = act === null ? '' : `${formatLocal(act.at, timeZone)} (${act.method})`;
  switch (cause) {
    case 'granted':
      return `Yes: ${it} was ${act?.legalBasis === 'implied' || act?.legalBasis === 'soft-opt-in' ? 'implied' : 'granted'} ${when}${end(act, timeZone)}.`;
    case 'covered':
      return `Yes: marketing ${by}, granted ${when}${end(act, timeZone)}, covers ${topic}.`;
    case 'refused':
      return `No: ${it} was ${act?.state} ${when}.`;
    case 'refused-all':
      return `No: all marketing ${by} was ${act?.state} ${when}.`;
    case 'expired':
      return `No: the consent to ${it}, given ${when}, ended${act?.expiresAt ? ` ${formatLocal(act.expiresAt, timeZone)}` : ''}.`;
    case 'pending':
      return `Not yet: ${it} was requested ${when} and is not confirmed${act?.notAsked ? notAskedWords[act.notAsked] : ''}.`;
    case 'quarantined':
      return `No: ${it} was imported ${when} without evidence, and stays in quarantine until there is some.`;
    case 'not-covered':
      return `No: there is consent to marketing ${by}, but there the consent must name ${topic}.`;
    case 'nothing-said':
      return `No: nobody has asked about ${it}.`;
  }
}

const notAskedWords: Readonly<Record<NotAsked, string>> = {
  'asked-already': '; no message asks again, because the address was already asked within a day',
  complained: '; no message asks, because the address complained',
  stopped: '; no message asks, because the number has stopped',
  manual: '; no message asks, because the address was suppressed by hand',
};

function end(act: ConsentRecord | null, timeZone: string): string {
  return act?.expiresAt ? `, until ${formatLocal(act.expiresAt, timeZone)}` : '';
}
