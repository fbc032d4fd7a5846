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
  /** Idle time before memory is read. */
  readonly idleSeconds: number;
}

/** Within eight minutes. */
export const fullPlan: Plan = {
  ingest: { rounds: 4, seconds: 3, warmSeconds: 4 },
  messages: { rounds: 3, seconds: 8, warmSeconds: 8 },
  emails: { rounds: 4, seconds: 4, warmSeconds: 2 },
  idleSeconds: 20,
};

/** Within ninety seconds: tells whether something broke, not how much something gained. */
export const quickPlan: Plan = {
  ingest: { rounds: 1, seconds: 2, warmSeconds: 1 },
  messages: { rounds: 1, seconds: 4, warmSeconds: 2 },
  emails: { rounds: 1, seconds: 2, warmSeconds: 1 },
  idleSeconds: 3,
};
