import { type HoldAsked, holdOf } from '../journey/steps/hold-marketing.js';
import { writeHold } from '../store/holds.js';
import type { StepEffectKind } from './kind.js';

/** Marketing to the person waits. */
export const hold: StepEffectKind<HoldAsked> = {
  toStore: (asked, of) => {
    const { tickets: _tickets, ...made } = holdOf(asked, of);
    return writeHold({ ...made, profileId: of.by.profileId, madeBy: `entry:${of.by.entryId}` });
  },
  toMemory: (asked, of, { kept }) => {
    const { tickets: _tickets, ...values } = holdOf(asked, of);
    const { profileId } = of.by;
    const isThere = kept.where('profile', profileId).some((row) => row.table === 'holds' && row.values['id'] === values.id);
    if (!isThere) kept.push({ table: 'holds', profileId, values: { ...values, releasedAt: null } });
  },
};
