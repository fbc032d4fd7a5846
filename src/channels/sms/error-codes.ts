import type { SuppressionReason } from '../../domain/consent/suppression.js';

/**
 * What one of Twilio's error codes asks for.
 * `suppress`: the number is dead, at once or once so many of its messages said so within 30 days. `pause`: content or registration is refused, so the
 * journey would be refused again: it is paused, and nothing is tried again. `back-off`: it did not leave, and may later. `operator`: our account.
 */
export type ErrorAction =
  | { readonly kind: 'suppress'; readonly reason: SuppressionReason; readonly messages: 1 | 3 }
  | { readonly kind: 'pause' }
  | { readonly kind: 'back-off' }
  | { readonly kind: 'operator' };

const optedOut: ErrorAction = { kind: 'suppress', reason: 'stopped', messages: 1 };
const noMobile: ErrorAction = { kind: 'suppress', reason: 'invalid-address', messages: 1 };
const outOfReach: ErrorAction = { kind: 'suppress', reason: 'bounced', messages: 3 };
const pause: ErrorAction = { kind: 'pause' };
const backOff: ErrorAction = { kind: 'back-off' };
const operator: ErrorAction = { kind: 'operator' };

const actions: ReadonlyMap<number, ErrorAction> = new Map<number, ErrorAction>([
  [21610, optedOut],
  // Invalid; not a mobile; unknown to the network; a landline.
  [21211, noMobile],
  [21614, noMobile],
  [30005, noMobile],
  [30006, noMobile],
  // Switched off or out of reach; unknown error at the carrier.
  [30003, outOfReach],
  [30008, outOfReach],
  // Blocked; filtered by a carrier; 10DLC not registered; toll-free not verified; region not enabled; too long.
  [30004, pause],
  [30007, pause],
  [30034, pause],
  [30032, pause],
  [21408, pause],
  [21617, pause],
  // Too many requests; a sender's queue is full, at once or later.
  [20429, backOff],
  [21611, backOff],
  [30001, backOff],
  // Wrong credentials; account suspended.
  [20003, operator],
  [30002, operator],
]);

/** By number, or by a receipt's code (`twilio-30005`). Null: it asks for nothing. */
export function errorAction(code: number | string | null): ErrorAction | null {
  const number = typeof code === 'string' ? Number(/^twilio-(\d+)$/.exec(code)?.[1] ?? Number.NaN) : code;
  return number === null ? null : (actions.get(number) ?? null);
}

/** Codes that count together towards the third message that could not reach a number. */
export const outOfReachCodes: readonly string[] = [...actions]
  .filter(([, action]) => action === outOfReach)
  .map(([code]) => `twilio-${code}`);
