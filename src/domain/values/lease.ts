/** How long an attempt may still be at the provider, in real milliseconds. */
export const leaseMs = 35_000;
