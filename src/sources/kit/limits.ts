/** Characters of an id or a name: long enough for every client that we know, and short enough for an index. */
export const maxIdLength = 255;
