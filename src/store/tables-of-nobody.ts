const nobody = (why: string) => ({ kind: 'nobody', why }) as const;

/** The tables that hold nothing of a person, and why. */
export const tablesOfNobody = {
  secret_eras: nobody('Fingerprints of the secrets of this installation.'),
  journeys: nobody('What the shop publishes.'),
  journey_versions: nobody('What the shop publishes.'),
  template_versions: nobody('What the shop publishes.'),
  policy_versions: nobody('What the shop publishes.'),
  definition_versions: nobody('What the shop publishes.'),
  segment_fills: nobody('How far a definition has been applied.'),
  products: nobody('What the shop sells.'),
  experiment_looks: nobody('Sums of many people.'),
  experiment_acts: nobody('What was decided about an arm, and by whom of the team.'),
  product_changes: nobody('Products that came back or became cheaper; how far people have been told, by our own ids.'),
  recommendation_models: nobody('How well what was learnt from all orders finds what is hidden from it.'),
  recommendation_products: nobody('What all people bought, counted; a group is as large as a country or a decade.'),
  segment_sizes: nobody('How many people belonged.'),
  rfm_bounds: nobody('Boundaries between fifths of all buyers.'),
  broadcasts: nobody('The content for all recipients; the list of them is a table of its own.'),
  broadcast_batches: nobody('Positions in the list of recipients, and when somebody looks at them.'),
  write_keys: nobody('Keys of the shop.'),
  api_keys: nobody('Keys of the shop.'),
  key_hours: nobody('How much came by a key in an hour.'),
  key_refusals: nobody('What a key may not do and tried, by codes.'),
  imports: nobody('Names of files and how far they were read; what is in them becomes events.'),
  controls: nobody('What operators have set, and what runs.'),
} as const;
