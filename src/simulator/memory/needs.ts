import type { Policies } from '../../domain/policy/policies.js';
import type { Secrets } from '../../domain/secrets.js';
import type { Shop } from '../../domain/shop.js';

/** What hearing an event needs beside the tables. */
export interface IngestNeeds {
  readonly secret: Secrets;
  readonly shop: Pick<Shop, 'hosts' | 'country'>;
  readonly policies: { readonly current: () => Policies };
  readonly newId: () => string;
  /** Ids of entries. Absent: as of everything else. */
  readonly newEntryId?: () => string;
}
