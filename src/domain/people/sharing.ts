/**
 * An address of more people than this is nobody's inbox: a placeholder that a shop fills in. What one of them did says nothing of the
 * others.
 */
export const sharersAtMost = 10;
