/** Why an address gets nothing more. */
export const suppressionReasons = [
  'unsubscribed',
  'stopped',
  'complained',
  'bounced',
  'invalid-address',
  'erased',
  'manual',
  'sunset',
] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];
