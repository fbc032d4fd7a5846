import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Channel, channelKind, channels, messageClasses } from '../domain/messages/channel.js';
import type { RecommendationBlock } from '../domain/recommendations/block.js';
import { decodeText } from '../domain/values/decode-text.js';
import type { FileProblem } from '../yaml/problem.js';
import { topicText } from '../yaml/topic-text.js';
import { checkYaml, problemAt, readYaml } from '../yaml/yaml-file.js';
import { composedTexts } from './compose.js';
import { knowledgeNamedIn } from './knowledge-named.js';
import type { TemplateSet, TemplateSource } from './template-set.js';

/** A `templates` folder that people work on while the service runs. As a catalog it answers for what was read last. */
export interface TemplateFolder extends Pick<TemplateSet, 'has' | 'channelOf' | 'classOf' | 'ids' | 'requiresOf' | 'namesOf'> {
  /** What was read last. */
  current(): TemplateSet;
  /** Reads the folder again. */
  reload(): Promise<TemplateSet>;
}

/** Reads `<projectFolder>/templates` now and whenever told to. */
export async function openTemplateFolder(projectFolder: string): Promise<TemplateFolder> {
  let set = await loadTemplates(projectFolder);
  return {
    current: () => set,
    reload: async () => (set = await loadTemplates(projectFolder)),
    has: (id) => set.has(id),
    channelOf: (id) => set.channelOf(id),
    classOf: (id) => set.classOf(id),
    ids: () => set.ids(),
    requiresOf: (id) => set.requiresOf(id),
    namesOf: (id) => set.namesOf(id),
  };
}

const words = z.record(z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as en'), z.record(z.string(), z.string()));

const recommendationsText = z.strictObject({
  slot: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a name such as after-order, in small letters with hyphens'),
  count: z.number().int().min(1).max(12).default(4),
  fallback: z.union(
    [z.literal('popular'), z.literal('leave_out'), z.strictObject({ collection: z.string().min(1).max(100) })],
    'must be popular, leave_out, or { collection: gifts }',
  ),
});

const templateSchema = z.strictObject({
  class: z.enum(messageClasses),
  topic: topicText,
  at_most_once: z.boolean().default(false),
  requires: z.array(z.string()).default([]),
  design: z.string().optional(),
  layout: z.string().default('shop'),
  data: z.record(z.string(), z.unknown()).optional(),
  recommendations: recommendationsText.optional(),
  words,
});

/** Reads `<projectFolder>/templates`. Never throws for what is written there; a missing folder is an empty set with a problem. */
export async function loadTemplates(projectFolder: string): Promise<TemplateSet> {
  const folder = await readFolder(projectFolder);
  const problems: FileProblem[] = [];
  const pieces = new Map(
    [...folder].flatMap(([file, text]) => {
      const name = /^templates\/layouts\/([^/]+)\.mjml$/.exec(file)?.[1];
      return name === undefined ? [] : [[name, { file, text }] as const];
    }),
  );
  const sources = [...folder].flatMap(([file, text]) => {
    const named = /^templates\/([^/]+)\/([^/]+)\.yaml$/.exec(file);
    const channel = channels.find((one) => one === named?.[1]);
    if (named === null || channel === undefined) return [];
    const read = readTemplate({ channel, id: named[2] ?? '', file, text }, folder);
    if (Array.isArray(read)) problems.push(...read);
    return Array.isArray(read) ? [] : [read as TemplateSource];
  });
  problems.push(...sameIdTwice(sources));
  const sharedWords = readSharedWords(folder, problems);
  if (folder.size === 0) problems.push(noFolder);

  const byId = new Map(sources.map((source) => [source.id, source]));
  const named = new Map<string, readonly string[]>();
  const set: TemplateSet = {
    sources,
    pieces,
    sharedWords,
    samples: [...folder].flatMap(([file, text]) => {
      const name = /^templates\/samples\/([^/]+)\.json$/.exec(file)?.[1];
      return name === undefined ? [] : [{ name, file, text }];
    }),
    problems,
    has: (id) => byId.has(id),
    channelOf: (id) => byId.get(id)?.channel ?? null,
    classOf: (id) => byId.get(id)?.class ?? null,
    ids: () => [...byId.keys()],
    requiresOf: (id) => byId.get(id)?.requires ?? [],
    namesOf: (id) => {
      const source = byId.get(id);
      const known = named.get(id) ?? (source === undefined ? [] : namesIn(source, set));
      named.set(id, known);
      return known;
    },
  };
  return set;
}

function namesIn(source: TemplateSource, set: TemplateSet): readonly string[] {
  const texts = Object.keys(source.words).flatMap((language) => composedTexts(source, set, language).map(({ text }) => text));
  return knowledgeNamedIn(texts);
}

const noFolder: FileProblem = {
  file: 'templates',
  line: 1,
  column: 1,
  path: '',
  message: 'There are no templates in the project folder.',
  suggestion: `Make ${channels.map((channel) => `templates/${channel}`).join(' and ')}; docs/templates.md shows how.`,
  severity: 'error',
};

const subfolders = [...channels, 'layouts', 'samples'].toSorted();

/** Texts by their name in problems, in a fixed order. */
async function readFolder(projectFolder: string): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    subfolders.map(async (subfolder) => {
      const path = join(projectFolder, 'templates', subfolder);
      const names = await readdir(path).catch(() => []);
      const wanted = names.filter((name) => /\.(mjml|yaml|json)$/.test(name)).sort();
      return Promise.all(
        wanted.map(async (name) => [`templates/${subfolder}/${name}`, decodeText(await readFile(join(path, name)))] as const),
      );
    }),
  );
  return new Map(found.flat());
}

function readTemplate(
  named: { readonly channel: Channel; readonly id: string; readonly file: string; readonly text: string },
  folder: ReadonlyMap<string, string>,
): TemplateSource | readonly FileProblem[] {
  const yaml = readYaml(named.file, named.text);
  const checked = checkYaml(yaml, templateSchema);
  if (checked.kind === 'invalid') return checked.problems;
  const { at_most_once: atMostOnce, design: designName, data, recommendations, ...head } = checked.value;
  const isDesigned = channelKind(named.channel).form === 'designed';
  const designFile = `templates/${named.channel}/${designName ?? named.id}.mjml`;
  const designText = folder.get(designFile);
  if (isDesigned && designText === undefined) {
    return [
      problemAt(
        yaml,
        designName === undefined ? [] : ['design'],
        `The design ${designFile} is not there.`,
        'Write it, or name another with "design:".',
      ),
    ];
  }
  return {
    ...head,
    id: named.id,
    channel: named.channel,
    atMostOnce,
    ...(data === undefined ? {} : { data }),
    ...(recommendations === undefined ? {} : { recommendations: blockOf(recommendations) }),
    yaml,
    design: isDesigned ? { file: designFile, text: designText ?? '' } : null,
  };
}

/** Its words for tags are shared ones, and added when it is compiled. */
function blockOf({ slot, count, fallback }: z.output<typeof recommendationsText>): RecommendationBlock {
  const tagWords = {};
  if (fallback === 'popular') return { slot, count, fallback: { kind: 'popular' }, tagWords };
  if (fallback === 'leave_out') return { slot, count, fallback: { kind: 'leave-out' }, tagWords };
  return { slot, count, fallback: { kind: 'collection', collection: fallback.collection.trim().toLowerCase() }, tagWords };
}

function readSharedWords(folder: ReadonlyMap<string, string>, problems: FileProblem[]): TemplateSet['sharedWords'] {
  const file = 'templates/layouts/words.yaml';
  const text = folder.get(file);
  if (text === undefined) return null;
  const yaml = readYaml(file, text);
  const checked = checkYaml(yaml, words);
  if (checked.kind === 'ok') return { yaml, words: checked.value };
  problems.push(...checked.problems);
  return null;
}

function sameIdTwice(sources: readonly TemplateSource[]): readonly FileProblem[] {
  const seen = new Map<string, Channel>();
  return sources.flatMap((source) => {
    const before = seen.get(source.id);
    seen.set(source.id, source.channel);
    if (before === undefined) return [];
    const kinds = [before, source.channel].map((channel) => withArticle(channelKind(channel).words.one)).join(' and ');
    return [problemAt(source.yaml, [], `"${source.id}" is ${kinds}: an id names one template.`, 'Rename one of the files.')];
  });
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
