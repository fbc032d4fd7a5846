import { z } from 'zod';

export const storeBackupAnswer = z.object({ path: z.string(), bytes: z.number() });
export type StoreBackupAnswer = z.input<typeof storeBackupAnswer>;
