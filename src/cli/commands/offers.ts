import type { CodesTaken, OfferReports, PromiseAnswer } from '../../api/contract/offers.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { readSource } from '../source-file.js';
import { money, paragraphs, plural, table } from '../text.js';

export const offerImportCodesCommand = command({
  name: 'offer import-codes <offer> <file>',
  help: 'add codes of the shop to an offer: one code on each line; safe to repeat',
  examples: ['sojourn offer import-codes ten-percent codes.txt'],
  run: (context, [offer = '', file = '']) => importCodes(context, offer, file),
});

export const offerReportCommand = command({
  name: 'offer report',
  help: 'what was promised by each offer, what came of it, and what it costs',
  run: (context) => report(context),
});

export const offerPromisesCommand = command({
  name: 'offer promises <id>',
  help: 'the codes of an offer that people were given, and what came of each',
  run: (context, [id = '']) => listPromises(context, id),
});

export const offerCodeCommand = command({
  name: 'offer code <code>',
  help: 'who was given a code, and whether it can be used',
  examples: ['sojourn offer code wren-t7kq4m6xpc'],
  run: (context, [code = '']) => showCode(context, code),
});

const atOnce = 1000;
const mostShown = 5;

/** `offer import-codes <offer> <file>`. What was added before a failure stays: the same command again adds the rest. */
async function importCodes(context: CliContext, offer: string, file: string): Promise<Outcome> {
  const lines = (await readSource(file)).source
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [{ code: line, at: index + 1 }]));
  if (lines.length === 0) throw new CliFailure(`${file} is empty: it has a code on each line.`, 2);
  const api = await context.client();
  const sum = { added: 0, known: 0, ofOthers: 0, repeated: 0, unreadableLines: [] as number[] };
  for (let start = 0; start < lines.length; start += atOnce) {
    const part = lines.slice(start, start + atOnce);
    const answer = await api
      .post<CodesTaken>(`/v1/offers/${encodeURIComponent(offer)}/codes`, { codes: part.map(({ code }) => code.slice(0, 200)) })
      .catch((cause) => {
        throw cause instanceof CliFailure
          ? new CliFailure(`Nothing from line ${part[0]?.at ?? 1} of ${file} on was added. ${cause.message}`, 1, cause.details)
          : cause;
      });
    sum.added += answer.added;
    sum.known += answer.known;
    sum.ofOthers += answer.ofOthers;
    sum.repeated += answer.repeated;
    sum.unreadableLines.push(...answer.unreadable.map((place) => part[place]?.at ?? 0));
  }
  return { value: sum, text: importedText(sum) };
}

function importedText(sum: Omit<CodesTaken, 'unreadable'> & { readonly unreadableLines: readonly number[] }): string {
  const { added, known, ofOthers, repeated, unreadableLines } = sum;
  const more = unreadableLines.length > mostShown ? ', …' : '';
  return paragraphs(
    [
      `${plural(added, 'code')} added.`,
      known > 0 ? `${plural(known, 'code')} ${known === 1 ? 'was' : 'were'} there already.` : '',
      repeated > 0 ? `${plural(repeated, 'line')} repeated a code of the same file.` : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
    ofOthers > 0 ? `${plural(ofOthers, 'code')} belong to another offer and were left out: no code is given twice.` : null,
    unreadableLines.length > 0
      ? `Lines that are no codes (3 to 64 letters, digits and signs without spaces): ${unreadableLines.slice(0, mostShown).join(', ')}${more}.`
      : null,
  );
}

/** `offer report` */
async function report(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<OfferReports>('/v1/offer-reports');
  const rows = items.map((one) => [
    one.id,
    one.issued,
    one.shown,
    one.redeemed,
    one.leaked,
    one.open,
    one.expired,
    one.void,
    money(one.cost, one.currency),
    money(one.openCost, one.currency),
    one.freeCodes,
  ]);
  const head = ['offer', 'issued', 'shown', 'redeemed', 'by others', 'open', 'expired', 'void', 'cost', 'may still cost', 'codes left'];
  return { value: items, text: table(head, rows, 'Nothing was promised yet: a journey gives codes by the step issue_incentive.') };
}

/** `offer promises <id>` */
async function listPromises(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const items = await api.list<PromiseAnswer>(`/v1/offers/${encodeURIComponent(id)}/promises`, {}, 1000);
  const local = await context.localTime();
  const rows = items.map((one) => [
    one.code,
    one.profileId,
    local(one.issuedAt),
    one.shownAt === null ? 'not shown' : local(one.shownAt),
    local(one.expiresAt),
    stateText(one),
    one.cost === 0 ? '' : money(one.cost, one.currency),
  ]);
  return {
    value: items,
    text: table(['code', 'person', 'issued', 'shown', 'until', 'stands', 'cost'], rows, `No code of ${id} was given.`),
  };
}

/** `offer code <code>` */
async function showCode(context: CliContext, code: string): Promise<Outcome> {
  const api = await context.client();
  const one = await api.get<PromiseAnswer>(`/v1/promises/${encodeURIComponent(code)}`);
  const local = await context.localTime();
  const rows = [
    ['offer', `${one.offer} (version ${one.version})`],
    ['stands', stateText(one)],
    ['issued', local(one.issuedAt)],
    ['shown', one.shownAt === null ? 'not yet' : local(one.shownAt)],
    ['valid until', local(one.expiresAt)],
    ['used', one.redeemedAt === null ? 'no' : `${local(one.redeemedAt)}${one.uses > 1 ? `, by ${one.uses} orders` : ''}`],
    ['cost', money(one.cost, one.currency)],
    ['person', one.profileId],
    ['entry', `${one.entryId} (${one.journeyId})`],
  ] as const;
  return { value: one, text: table([one.code, ''], rows, '') };
}

function stateText({ state, isLeaked }: PromiseAnswer): string {
  return isLeaked ? `${state}, by somebody else` : state;
}
