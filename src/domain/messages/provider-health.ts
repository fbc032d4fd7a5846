import { type Channel, channelKind } from './channel.js';

/** What came of the last calls to a provider. Instants are real. */
export interface ProviderHealth {
  readonly lastSuccessReal: number | null;
  /** Calls since, none of which came through. A refusal of one message for good is no failure of the provider. */
  readonly failuresInRow: number;
  /** When it was called or looked at last. */
  readonly lookedReal: number | null;
  readonly host: string | null;
  /** Its last words, without personal data. */
  readonly reply: string | null;
  /** Whether a connection came about when it was last looked at; null: nobody has looked. */
  readonly isReached: boolean | null;
}

export const noHealth: ProviderHealth = {
  lastSuccessReal: null,
  failuresInRow: 0,
  lookedReal: null,
  host: null,
  reply: null,
  isReached: null,
};

/** One message may be turned away for a while because of its recipient; several in a row are the provider. */
const failuresThatCount = 3;

/** Is the provider to be called down? */
export function isFailing({ failuresInRow, isReached }: ProviderHealth): boolean {
  return isReached === false || failuresInRow >= failuresThatCount;
}

/** `4 failures in a row, the last success 10:02 (UTC). mail.example:25 said: 451 …` */
export function providerSentence(channel: Channel, health: ProviderHealth): string {
  const { failuresInRow, lastSuccessReal, host, reply, isReached } = health;
  const what = channelKind(channel).words.mass;
  const place = host === null ? 'the provider' : host;
  const success =
    lastSuccessReal === null ? 'no message was accepted yet' : `the last success at ${new Date(lastSuccessReal).toISOString()}`;
  if (isReached === false)
    return `${place} cannot be reached${reply === null ? '' : ` (${reply})`}; ${success}. The ${what} waits and is tried again.`;
  if (failuresInRow === 0) return `${place}; ${success}`;
  const row = `${failuresInRow} ${failuresInRow === 1 ? 'failure' : 'failures in a row'}`;
  return `${row}, ${success}.${reply === null ? '' : ` ${place} said: ${reply}`}`;
}
