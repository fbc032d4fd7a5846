import type { ReportAction } from '../../domain/messages/channel-kind.js';

/**
 * Codes that count together towards the third message that could not reach a number: switched off or out of reach; unknown error at the
 * carrier.
 */
const outOfReachCodes = [30003, 30008];

const optedOut: ReportAction = { kind: 'suppress', reason: 'stopped', messages: 1, codes: [] };
const noMobile: ReportAction = { kind: 'suppress', reason: 'invalid-address', messages: 1, codes: [] };
const outOfReach: ReportAction = {
  kind: 'suppress',
  reason: 'bounced',
  messages: 3,
  codes: outOfReachCodes.map((code) => `twilio-${code}`),
};
const pause: ReportAction = { kind: 'pause' };
const backOff: ReportAction = { kind: 'back-off' };
const operator: ReportAction = { kind: 'operator' };

const actions: ReadonlyMap<number, ReportAction> = new Map<number, ReportAction>([
  [21610, optedOut],
  // Invalid; not a mobile; unknown to the network; a landline.
  [21211, noMobile],
  [21614, noMobile],
  [30005, noMobile],
  [30006, noMobile],
  ...outOfReachCodes.map((code) => [code, outOfReach] as const),
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

/** What one of Twilio's error codes asks for, by number, or by a receipt's code (`twilio-30005`). Null: it asks for nothing. */
export function errorAction(code: number | string | null): ReportAction | null {
  const number = typeof code === 'string' ? Number(/^twilio-(\d+)$/.exec(code)?.[1] ?? Number.NaN) : code;
  return number === null ? null : (actions.get(number) ?? null);
}
