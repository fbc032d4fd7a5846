import type { Guard } from './guard.js';

/** An address on the channel that a message can reach. */
export const requireAddress: Guard = ({ channel }, { reachable }) =>
  reachable.kind === 'ok' ? null : { kind: 'skip', reason: 'unreachable', detail: { channel, code: reachable.code } };
