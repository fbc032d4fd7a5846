/** Beyond it the store has no numbers of versions. */
export const highestVersion = 2_147_483_647;
