export const messageClasses = ['transactional', 'service', 'marketing', 'broadcast'] as const;
export type MessageClass = (typeof messageClasses)[number];

const strictness: Readonly<Record<MessageClass, number>> = { transactional: 0, service: 1, marketing: 2, broadcast: 2 };

/**
 * Has a message of class `one` more to obey than one of class `other`? Consent and quiet hours from `service` on, caps too from `marketing`
 * on.
 */
export function isStricter(one: MessageClass, other: MessageClass): boolean {
  return strictness[one] > strictness[other];
}

/** Does a message of this class promote? Such messages may wait or fail to come; a password or news of an order may not. */
export function promotes(messageClass: MessageClass): boolean {
  return messageClass === 'marketing' || messageClass === 'broadcast';
}
