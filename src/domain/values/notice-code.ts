import { alarmCodes } from '../contracts/alarm.js';

/** Things that work as configured but may not be intended. */
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
  'flagged-values',
  'codes-low',
  'shopify-unasked',
  'shopify-dropped',
  ...alarmCodes,
] as const;
export type NoticeCode = (typeof noticeCodes)[number];
