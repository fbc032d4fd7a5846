/** How long each part measures; real seconds. */
export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmSeconds: number;
}

export interface Plan {
  readonly ingest: Rounds;
  readonly messages: Rounds;
  readonly emails: Rounds;
  readonly reservations: Rounds;
  /** Sizes of the ledger, the smallest first. */
  readonly ledgerRows: readonly number[];
  readonly replayEvents: number;
  /**
   * Whole paths: messages offered a second, for how long; how many are due at once; sizes of the broadcasts; for how long carts come during
   * one.
   */
  readonly paths: {
    readonly offered: readonly number[];
    readonly seconds: number;
    readonly dueAtOnce: number;
    readonly broadcast: number;
    readonly during: number;
    readonly cartSeconds: number;
  };
  /** People in the experiment that is looked at; each has three orders. */
  readonly exposed: number;
  /** Idle time before memory is read. */
  readonly idleSeconds: number;
}

/** Within eight minutes. */
export const fullPlan: Plan = {
  ingest: { rounds: 4, seconds: 3, warmSeconds: 3 },
  messages: { rounds: 3, seconds: 7, warmSeconds: 6 },
  emails: { rounds: 4, seconds: 4, warmSeconds: 2 },
  reservations: { rounds: 5, seconds: 2, warmSeconds: 2 },
  ledgerRows: [10_000, 1_000_000],
  replayEvents: 100_000,
  paths: { offered: [40, 60], seconds: 60, dueAtOnce: 500, broadcast: 5_000, during: 20_000, cartSeconds: 40 },
  exposed: 1_000_000,
  idleSeconds: 15,
};

/** Within ninety seconds: tells whether something broke, not how much something gained. */
export const quickPlan: Plan = {
  ingest: { rounds: 1, seconds: 1.5, warmSeconds: 0.5 },
  messages: { rounds: 1, seconds: 3, warmSeconds: 1 },
  emails: { rounds: 1, seconds: 1.5, warmSeconds: 0.5 },
  reservations: { rounds: 2, seconds: 1, warmSeconds: 0.5 },
  ledgerRows: [10_000, 100_000],
  replayEvents: 10_000,
  paths: { offered: [40, 60], seconds: 10, dueAtOnce: 100, broadcast: 1_000, during: 4_000, cartSeconds: 10 },
  exposed: 100_000,
  idleSeconds: 2,
};
