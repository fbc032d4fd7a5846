import { type Kysely, type Migration, Migrator } from 'kysely';
import { up as first } from './migrations/0001-first.js';
import { up as entriesByCart } from './migrations/0002-entries-by-cart.js';
import { up as leanIngest } from './migrations/0003-lean-ingest.js';
import { up as wholeGate } from './migrations/0004-the-whole-gate.js';
import { up as entriesByProfile } from './migrations/0005-entries-by-profile.js';
import { up as confirmationRequests } from './migrations/0006-confirmation-requests.js';
import { up as writeKeys } from './migrations/0007-write-keys.js';
import { up as oneInbox } from './migrations/0008-one-inbox.js';
import { up as deadLetterShelf } from './migrations/0009-dead-letter-shelf.js';
import { up as apiKeysAndAudit } from './migrations/0010-api-keys-and-audit.js';
import { up as secretEras } from './migrations/0013-secret-eras.js';
import { up as keyActs } from './migrations/0014-key-acts.js';
import { up as derivedKeys } from './migrations/0015-derived-keys.js';
import { up as stuckTurns } from './migrations/0018-stuck-turns.js';
import { up as suspectIds } from './migrations/0019-suspect-ids.js';
import { up as dataOfRecipients } from './migrations/0022-data-of-recipients.js';
import { up as propertiesOfFacts } from './migrations/0023-properties-of-facts.js';
import { up as subjects } from './migrations/0024-subjects.js';
import { up as broadcastBatches } from './migrations/0025-broadcast-batches.js';
import { up as sourceOfEvents } from './migrations/0026-source-of-events.js';
import { up as definitions } from './migrations/0027-definitions.js';
import { up as segmentMembers } from './migrations/0028-segment-members.js';
import { up as orders } from './migrations/0029-orders.js';
import { up as serviceRecords } from './migrations/0030-service-records.js';
import { up as products } from './migrations/0032-products.js';
import { up as recommendations } from './migrations/0033-recommendations.js';
import { up as productChanges } from './migrations/0034-product-changes.js';
import { up as toldDefinitions } from './migrations/0035-told-definitions.js';
import { up as rfmBounds } from './migrations/0036-rfm-bounds.js';
import { up as answers } from './migrations/0037-answers.js';
import { up as valueFlags } from './migrations/0038-value-flags.js';
import { up as quizRuns } from './migrations/0039-quiz-runs.js';
import { up as exposures } from './migrations/0040-exposures.js';
import { up as outcomes } from './migrations/0041-outcomes.js';
import { up as looks } from './migrations/0042-looks.js';
import { up as exposuresInTime } from './migrations/0043-exposures-in-time.js';
import { up as offers } from './migrations/0046-offers.js';
import { up as tasksAndHolds } from './migrations/0048-tasks-and-holds.js';
import { up as calls } from './migrations/0049-calls.js';
import { up as mustTouch } from './migrations/0050-must-touch.js';
import { up as imports } from './migrations/0052-imports.js';
import { up as eventCounts } from './migrations/0053-event-counts.js';
import { up as shopReconciles } from './migrations/0056-shop-reconciles.js';
import { up as segmentsOfExperiments } from './migrations/0058-segments-of-experiments.js';

/** In order; a new one goes to the end and an old one never changes. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': { up: first },
  '0002-entries-by-cart': { up: entriesByCart },
  '0003-lean-ingest': { up: leanIngest },
  '0004-the-whole-gate': { up: wholeGate },
  '0005-entries-by-profile': { up: entriesByProfile },
  '0006-confirmation-requests': { up: confirmationRequests },
  '0007-write-keys': { up: writeKeys },
  '0008-one-inbox': { up: oneInbox },
  '0009-dead-letter-shelf': { up: deadLetterShelf },
  '0010-api-keys-and-audit': { up: apiKeysAndAudit },
  '0013-secret-eras': { up: secretEras },
  '0014-key-acts': { up: keyActs },
  '0015-derived-keys': { up: derivedKeys },
  '0018-stuck-turns': { up: stuckTurns },
  '0019-suspect-ids': { up: suspectIds },
  '0022-data-of-recipients': { up: dataOfRecipients },
  '0023-properties-of-facts': { up: propertiesOfFacts },
  '0024-subjects': { up: subjects },
  '0025-broadcast-batches': { up: broadcastBatches },
  '0026-source-of-events': { up: sourceOfEvents },
  '0027-definitions': { up: definitions },
  '0028-segment-members': { up: segmentMembers },
  '0029-orders': { up: orders },
  '0030-service-records': { up: serviceRecords },
  '0032-products': { up: products },
  '0033-recommendations': { up: recommendations },
  '0034-product-changes': { up: productChanges },
  '0035-told-definitions': { up: toldDefinitions },
  '0036-rfm-bounds': { up: rfmBounds },
  '0037-answers': { up: answers },
  '0038-value-flags': { up: valueFlags },
  '0039-quiz-runs': { up: quizRuns },
  '0040-exposures': { up: exposures },
  '0041-outcomes': { up: outcomes },
  '0042-looks': { up: looks },
  '0043-exposures-in-time': { up: exposuresInTime },
  '0046-offers': { up: offers },
  '0048-tasks-and-holds': { up: tasksAndHolds },
  '0049-calls': { up: calls },
  '0050-must-touch': { up: mustTouch },
  '0052-imports': { up: imports },
  '0053-event-counts': { up: eventCounts },
  '0056-shop-reconciles': { up: shopReconciles },
  '0058-segments-of-experiments': { up: segmentsOfExperiments },
};

/**
 * Brings the schema up to date, all pending migrations in one transaction: all or none. Runners that race wait for each other and each
 * migration is applied once. Throws with the name of the migration that failed.
 */
export async function migrate(db: Kysely<never>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results } = await migrator.migrateToLatest();
  if (!error) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  throw new Error(failed ? `Migration ${failed} failed; nothing was changed.` : 'The schema could not be brought up to date.', {
    cause: error,
  });
}
