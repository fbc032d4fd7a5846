import type { PublishedJourney } from '../../api/contract/journeys.js';
import { idInSource } from '../../yaml/id-in-source.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { option } from '../options.js';
import { publishSources } from '../publish-sources.js';
import { readSource } from '../source-file.js';

export const journeyPublishCommand = command({
  name: 'journey publish <files...>',
  help: 'put journeys live from their files',
  options: [option('--note <text>', 'what changed')],
  run: (context, args, options) => publishJourneys(context, args, options()),
});

/** `journey publish <files…>`: each file becomes the live version of its journey, when it is without errors. */
export async function publishJourneys(
  context: CliContext,
  files: readonly string[],
  options: { readonly note?: string },
): Promise<Outcome> {
  const api = await context.client();
  return publishSources(await Promise.all(files.map(readSource)), {
    publish: ({ file, source }) =>
      api.post<PublishedJourney>(`/v1/journeys/${encodeURIComponent(idIn(source, file))}/versions`, {
        source,
        ...(options.note === undefined ? {} : { note: options.note }),
      }),
    name: ({ journeyId }) => journeyId,
    inForce: 'live',
  });
}

/** The server says what is wrong with a source; only its id is needed to know where to send it. Without one, the file's name will do. */
function idIn(source: string, file: string): string {
  return idInSource('journey', source) ?? file.replace(/^.*\//, '').replace(/(\.journey)?\.ya?ml$/, '');
}
