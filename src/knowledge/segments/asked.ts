/** Whether the person belongs, by the ids of segments. Absent: not known, because it is not in force or not filled yet. */
export type SegmentPlaces = Readonly<Record<string, boolean>>;

/** Which segments are asked for; null: all that are in force. */
export type AskedSegments = readonly string[] | null;
