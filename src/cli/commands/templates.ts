import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '../../api/contract/shared.js';
import type { Template, TemplatePreview, TemplatePublishAnswer, TemplateTestAnswer } from '../../api/contract/templates.js';
import { fellBackFrom } from '../../domain/messages/fell-back.js';
import { describeProblem } from '../../yaml/problem.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { readData } from '../data-file.js';
import { CliFailure } from '../failure.js';
import { findProfileId } from '../find-profile.js';
import { option, required } from '../options.js';
import { paragraphs, table } from '../text.js';

export const templateListCommand = command({
  name: 'template list',
  help: 'published templates',
  run: (context) => listTemplates(context),
});

export const templatePreviewCommand = command({
  name: 'template preview <id>',
  help: 'show a template: as a person would get it, or from the project’s files with a sample',
  options: [
    option('--profile <person>', 'for this person'),
    option('--sample <name>', 'with the data of this sample'),
    option('--locale <tag>', 'in this language'),
    option('--out <file>', 'write the HTML here'),
    option('--open', 'open the HTML in a browser'),
  ],
  examples: ['sojourn template preview cart-reminder-1 --open'],
  run: (context, [id = ''], options) => previewTemplate(context, id, options()),
});

export const templateTestSendCommand = command({
  name: 'template test-send <id>',
  help: 'send a template to one of the shop’s test addresses',
  options: [
    required('--to <address>', 'a test address of shop.yaml'),
    option('--profile <person>', 'with this person’s data'),
    option('--draft', 'use the file in the server’s folder, also if it is not published'),
    option('--sample <name>', 'with the data of this sample'),
    option('--locale <tag>', 'in this language'),
    option('--data-file <file>', 'a JSON file that the template reads as data'),
  ],
  run: (context, [id = ''], options) => testSendTemplate(context, id, options()),
});

export const templatePublishCommand = command({
  name: 'template publish',
  help: 'publish the changed templates of the folder',
  run: (context) => publishTemplates(context),
});

type Unpublished<P> = P extends unknown ? Omit<P, 'templateVersion'> : never;
/** As the server shows it, or drawn from the project's own files, which have no version. */
type Preview = Unpublished<TemplatePreview>;

/**
 * `template preview <id>`: what a profile would get, as the running server has the template published; without a profile the project's own
 * files, with a sample, and no server is needed.
 */
async function previewTemplate(
  context: CliContext,
  id: string,
  options: {
    readonly profile?: string;
    readonly sample?: string;
    readonly locale?: string;
    readonly out?: string;
    readonly open?: boolean;
  },
): Promise<Outcome> {
  const preview =
    options.profile === undefined
      ? await previewSample(context, id, options)
      : await previewProfile(context, id, options.profile, options.locale);
  const fell = preview.fellBackFrom == null ? null : `It has no words in ${preview.fellBackFrom}: this is ${preview.locale}.`;
  if ('body' in preview) {
    return { value: preview, text: paragraphs(preview.body, `${preview.segments} × ${preview.encoding}, ${preview.locale}`, fell) };
  }
  const file = options.out ?? join(await mkdtemp(join(tmpdir(), 'sojourn-')), `${id}.html`);
  await writeFile(file, preview.html);
  if (options.open) openInBrowser(file);
  return {
    value: { ...preview, file },
    text: paragraphs(`Subject: ${preview.subject}  (${preview.locale})`, preview.text.trimEnd(), `The HTML is in ${file}.`, fell),
  };
}

async function previewProfile(context: CliContext, id: string, profileId: string, locale: string | undefined): Promise<Preview> {
  const api = await context.client();
  return api.post<TemplatePreview>(`/v1/templates/${encodeURIComponent(id)}/previews`, {
    profileId: await findProfileId(api, profileId),
    ...(locale === undefined ? {} : { locale }),
  });
}

async function previewSample(
  context: CliContext,
  id: string,
  options: { readonly sample?: string; readonly locale?: string },
): Promise<Preview> {
  const { loadTemplates } = await import('../../render/load.js');
  const { previewTemplate: render, readSample } = await import('../../render/preview.js');
  const { loadShop } = await import('../../project/shop.js');
  const set = await loadTemplates(context.project);
  if (!set.has(id)) throw new CliFailure(`There is no template ${id}. There are: ${set.ids().join(', ') || 'none'}.`);
  const sample = options.sample === undefined ? set.samples[0] : set.samples.find((one) => one.name === options.sample);
  if (sample === undefined)
    throw new CliFailure(
      `There is no sample ${options.sample ?? ''}. There are: ${set.samples.map((one) => one.name).join(', ') || 'none'}.`,
    );
  const read = readSample(sample);
  if (read.kind === 'invalid') throw new CliFailure(`${sample.file}: ${read.why}`);
  const rendered = await render({
    set,
    shop: await loadShop(context.project),
    templateId: id,
    context: read.context,
    ...(options.locale === undefined ? {} : { locale: options.locale }),
  });
  if (rendered.kind === 'empty') throw new CliFailure(`Nothing would be sent: ${rendered.problem}`);
  return { ...rendered, fellBackFrom: fellBackFrom(options.locale, rendered.locale) };
}

/** `template test-send <id> --to <address>` */
async function testSendTemplate(
  context: CliContext,
  id: string,
  options: {
    readonly to: string;
    readonly profile?: string;
    readonly draft?: boolean;
    readonly sample?: string;
    readonly locale?: string;
    readonly dataFile?: string;
  },
): Promise<Outcome> {
  const api = await context.client();
  const { sample, locale, dataFile } = options;
  const result = await api.post<TemplateTestAnswer>(`/v1/templates/${encodeURIComponent(id)}/test-sends`, {
    to: options.to,
    draft: options.draft === true,
    ...(sample === undefined ? {} : { sample }),
    ...(locale === undefined ? {} : { locale }),
    ...(dataFile === undefined ? {} : { data: await readData(dataFile) }),
    ...(options.profile === undefined ? {} : { profileId: await findProfileId(api, options.profile) }),
  });
  return {
    value: result,
    text: `${id}${options.draft === true ? ' (the draft)' : ''} is being sent as message ${result.messageId}, in ${result.language}${fallback(result)}: sojourn message why ${result.messageId} says what happened.`,
  };
}

/** Empty where the words are in the language that was asked for. */
function fallback({ fellBackFrom }: TemplateTestAnswer): string {
  return fellBackFrom === null ? '' : ` because it has no words in ${fellBackFrom}`;
}

/** `template list` */
async function listTemplates(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<Page<Template>>('/v1/templates');
  return {
    value: items,
    text: table(
      ['template', 'channel', 'class'],
      items.map((item) => [item.id, item.channel, item.class]),
      'No template is published yet: sojourn template publish.',
    ),
  };
}

/** `template publish`: what changed in the templates folder of the server's project. */
export async function publishTemplates(context: CliContext): Promise<Outcome> {
  const { templates } = await (await context.client()).post<TemplatePublishAnswer>('/v1/template-publications');
  const lines = templates.flatMap((template) => [
    ...template.problems.map(describeProblem),
    ...(template.published ? [`${template.id}: version ${template.version} is live.`] : []),
  ]);
  const refused = templates.some((template) => template.problems.some((problem) => problem.severity === 'error'));
  return {
    value: templates,
    text: lines.length === 0 ? 'Every template is already published.' : lines.join('\n'),
    ...(refused ? { exitCode: 1 } : {}),
  };
}

function openInBrowser(file: string): void {
  const command = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  spawn(command, [file], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}
