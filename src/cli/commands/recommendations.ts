import type { RecommendationModelAnswer } from '../../api/contract/recommendations.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { table } from '../text.js';

export const recommendationsStatusCommand = command({
  name: 'recommendations status',
  help: 'what Sojourn learnt from orders, and how good its recommendations are',
  run: (context) => showStatus(context),
});

/** `recommendations status` */
async function showStatus(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const models = await api.list<RecommendationModelAnswer>('/v1/recommendation-models', {}, 10);
  const local = models.length === 0 ? null : await context.localTime();
  const rows = models.map((model) => [
    model.version,
    local?.(model.builtAt) ?? '',
    model.baskets,
    model.modelled,
    share(model.hits, model.tested),
    share(model.popularityHits, model.tested),
    share(model.shown, model.modelled),
    model.isUsed ? '' : 'not used: popularity is',
  ]);
  const head = ['version', 'learnt', 'orders', 'products', 'hit@5', 'by popularity', 'coverage@5', ''];
  return { value: models, text: table(head, rows, nothingLearnt) };
}

function share(part: number, of: number): string {
  return of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} % (${part} of ${of})`;
}

const nothingLearnt = 'Nothing was learnt yet: it needs orders with products, and is learnt once a day by a process with the role relay.';
