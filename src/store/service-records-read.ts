import { type Selectable, sql } from 'kysely';
import { type ServiceKind, type ServiceRecord, type ServiceView, viewRecord } from '../domain/service/service-record.js';
import type { Db, Trx } from './db.js';
import type { ServiceRecordsTable } from './schema.js';

/** A ticket, feedback or a review, as it is shown. Personal data. */
export interface ShownServiceRecord extends ServiceView {
  readonly kind: ServiceKind;
  readonly id: string;
}

/** A person's, the newest first. */
export async function readServiceRecords(db: Db | Trx, profileId: string, limit: number): Promise<readonly ShownServiceRecord[]> {
  const { rows } = await sql<Selectable<ServiceRecordsTable>>`select * from service_records where profile_id = ${profileId}
    order by opened_at desc, kind, id limit ${limit}`.execute(db);
  return rows.map(({ kind, id, fold }) => ({ kind, id, ...viewRecord(fold as Pick<ServiceRecord, 'first' | 'fields'>) }));
}
