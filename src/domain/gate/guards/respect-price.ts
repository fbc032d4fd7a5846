import { promotes } from '../../messages/message-class.js';
import { messagePrice, sendsOfWeek } from '../message-price.js';
import type { Guard } from './guard.js';

/** If the expected margin of a message is known, it is sent only if the margin is more than the risk: unsubscribes and complaints. */
export const respectPrice: Guard = (request, { price, ledger }) => {
  const { expectedMargin, class: messageClass } = request;
  if (expectedMargin === undefined || price === undefined || price === null) return null;
  if (!promotes(messageClass)) return null;
  const sends = sendsOfWeek(ledger, request);
  const cost = messagePrice(price, sends);
  if (expectedMargin > cost) return null;
  return { kind: 'skip', reason: 'frequency-cap', detail: { rule: 'message-price', margin: expectedMargin, price: cost, sends } };
};
