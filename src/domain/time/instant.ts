/** Milliseconds since the epoch, UTC, on the service clock unless a name says `real`. */
export type Instant = number;

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
