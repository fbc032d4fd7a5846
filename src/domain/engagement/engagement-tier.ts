/** How engaged a person is, best first after `new`. */
export const tiers = ['new', 'hot', 'warm', 'cool', 'dormant', 'sunset'] as const;
export type Tier = (typeof tiers)[number];
