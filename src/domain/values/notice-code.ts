/** What works as it was told to, and may not be what anybody wants. */
export const noticeCodes = [
  'sending-paused',
  'no-journey-live',
  'texts-stay-here',
  'mail-stays-here',
  'turns-failing',
  'turns-stuck',
  'placeholder-ids',
  'crowded-ids',
  'dead-letters',
  'old-write-keys',
  'key-budget',
  'texts-budget',
] as const;
export type NoticeCode = (typeof noticeCodes)[number];
