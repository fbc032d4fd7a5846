import { day, type Instant } from '../time/instant.js';

/**
 * The class of a bounce. `hard`: the mailbox does not exist. `soft`: not now. `policy`: the receiver refuses us, not the person.
 * `hard-unconfirmed`: final, without a reason. `delayed` and `informational` are not bounces.
 */
export type BounceClass = 'hard' | 'soft' | 'policy' | 'hard-unconfirmed';
export type DeliveryReportClass = BounceClass | 'delayed' | 'informational';

/** A receipt's status for each class, and for a complaint. The breakers and the rules below count by these words. */
export const bounceStatuses: Readonly<Record<BounceClass, string>> = {
  hard: 'bounce-hard',
  soft: 'bounce-soft',
  policy: 'bounce-policy',
  'hard-unconfirmed': 'bounce-hard-unconfirmed',
};
/** The class that a receipt's status names; null: it is of no bounce. */
export function bounceOf(status: string): BounceClass | null {
  return (Object.entries(bounceStatuses) as [BounceClass, string][]).find(([, word]) => word === status)?.[0] ?? null;
}
export const complaintStatus = 'complained';
/** A complaint that an operator found to be none: it was lifted, and counts nowhere. */
export const liftedComplaintStatus = 'complaint-lifted';
/** The provider of the receipt of a complaint that a mailbox provider has signed: breakers count these alone. */
export const verifiedComplaints = 'feedback-loop';

/** Soft bounces of an address since the last mail that arrived, this one among them; one a message. */
export interface BounceHistory {
  readonly soft: { readonly count: number; readonly firstAt: Instant; readonly lastAt: Instant };
  /** `hard-unconfirmed` ones within 30 days. */
  readonly unconfirmed: number;
}

const softCount = 5;
const softSpanMs = 15 * day;
/** Within how long a second unconfirmed bounce confirms the first. */
export const unconfirmedWindowMs = 30 * day;

/**
 * Is the address dead? Yes after one hard bounce; after five soft ones over at least fifteen days without a delivery; after the second
 * unconfirmed one in thirty days. Never after a refusal by policy, because the cause is on our side.
 */
export function isDeadAddress(bounce: BounceClass, history: BounceHistory): boolean {
  switch (bounce) {
    case 'hard':
      return true;
    case 'soft':
      return history.soft.count >= softCount && history.soft.lastAt - history.soft.firstAt >= softSpanMs;
    case 'hard-unconfirmed':
      return history.unconfirmed >= 2;
    case 'policy':
      return false;
  }
}
