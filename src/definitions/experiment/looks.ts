/** Tests that last longer than eight weeks meet holidays, price changes and people who come twice. */
export const longestDays = 56;

/** Before so many full days of complete windows nothing is read: each day of the week counts once. */
export const leastDays = 7;
