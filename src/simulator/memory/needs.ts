import type { Secrets } from '../../domain/keys/secrets.js';
import type { Policies } from '../../domain/policy/policies.js';
import type { Shop } from '../../domain/shop/shop.js';

/** What hearing an event needs beside the tables. */
export interface IngestNeeds {
  readonly secret: Secrets;
  readonly shop: Pick<Shop, 'hosts' | 'country'>;
  readonly policies: { readonly current: () => Policies };
  readonly newId: () => string;
  /** Ids of entries. Absent: as of everything else. */
  readonly newEntryId?: () => string;
}
