import type { DeliveryReportClass } from '../../../domain/messages/bounce.js';
import { classifyReport, codeOfReport } from './bounce-class.js';
import { classOfWords, plainWords } from './words.js';

/** A mail as far as it shows whether a server wrote it, and what it says. */
export interface LetterOfServer {
  readonly from: { readonly name: string; readonly address: string } | null;
  readonly subject: string;
  /** Its text, or its HTML as text. */
  readonly text: string;
  /** `X-Failed-Recipients` (Exim, Gmail): only reports have it. */
  readonly hasFailedRecipients: boolean;
}

/** What a report without a machine-readable part says. */
export interface TextReport {
  readonly found: DeliveryReportClass;
  /** `5.1.1`; null: it gives none. */
  readonly code: string | null;
}

/**
 * Reads a report that has no machine-readable part, or none that says why: qmail, Exim, Exchange and many others write sentences for
 * people. Null: no server wrote it, or it does not say what happened to the mail.
 */
export function readTextReport(letter: LetterOfServer): TextReport | null {
  if (!isByServer(letter)) return null;
  const said = ownWords(letter.text);
  const reading = readStatements(said);
  const isDelay = isAboutDelay(letter.subject, said);
  if (isDelay && reading?.found !== 'hard') return { found: 'delayed', code: reading?.code ?? null };
  if (reading !== null) return reading;
  const words = classOfNarrative(said);
  if (words !== null) return { found: words, code: null };
  return saysItFailed(`${letter.subject}\n${said}`) ? { found: 'hard-unconfirmed', code: null } : null;
}

/** As much of a report as is read: the reason stands at its beginning. */
const readCharacters = 16_000;

/** What the server wrote itself: a report gives back the mail that it is about, whose words say nothing of why. */
export function ownWords(text: string): string {
  const lines = text.slice(0, readCharacters).replaceAll('\r\n', '\n').split('\n');
  const end = lines.findIndex((line, index) => index > 0 && returnedFrom.some((pattern) => pattern.test(line)));
  return lines
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.replace(/^\s{0,20}[>|*•-]{0,3}\s{0,20}/, ''))
    .join('\n');
}

/** Lines that begin what is given back. */
const returnedFrom: readonly RegExp[] = [
  /^[\s>*#=-]{0,80}(this is a copy of|below (this line )?(is|are|follows) |a copy of (your|the)|included (below )?is a copy|(the )?(original|returned|unsent|undelivered|your) (message|mail|e-?mail)( headers?| text| follows| below| is (attached|included|below)| is as follows)?\s{0,3}[:.]?[\s*#=-]{0,80}$|original message headers|(the )?header (of|from) (the|your) (original |returned )?(message|mail)|message headers? follows?|headers? of the original)/i,
  /^[\s>*#=-]{0,80}(ursprüngliche (nachricht|kopfzeilen)|originalnachricht|message d'origine|en-t[êe]tes? (de message )?d'origine|mensaje original|encabezados? de mensajes? originales|messaggio originale|mensagem original|oorspronkelijk(e)? bericht|oryginalna wiadomość|исходное (сообщение|письмо)|заголовки исходного|オリジナル|元のメッセージ|原始邮件|原始郵件|原邮件)/iu,
  /^(return-path:|received: (from|by)|x-[\w-]{2,40}: .*dkim|dkim-signature:|mime-version: 1)/i,
];

/** A reply of a server within the words of another: `550 5.1.1 <…>: user unknown`, `#5.1.1`, `said: 550 …`. */
function readStatements(said: string): TextReport | null {
  const found = statementsOf(said).map(({ text, status, reply }) => {
    const report = { action: 'failed', status, diagnostic: reply === null ? text : `${reply} ${text}` };
    return { found: classifyReport(report), code: codeOfReport(report) };
  });
  const telling = found.filter((one) => one.found !== 'hard-unconfirmed' && one.found !== 'informational');
  return telling.toSorted((a, b) => mildest.indexOf(a.found) - mildest.indexOf(b.found))[0] ?? null;
}

const mildest: readonly DeliveryReportClass[] = ['policy', 'soft', 'hard'];

/** More replies than a report has; each costs the words of all languages. */
const statementsAtMost = 20;

function statementsOf(said: string): readonly { readonly text: string; readonly status: string | null; readonly reply: string | null }[] {
  const statements = [];
  const lines = said.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, reply, status] =
      line.length > 2_000 ? [] : (/(?<![\d.#-])(?:([45]\d\d)(?:[ -]+#?(\d\.\d{1,3}\.\d{1,3}))?)(?![\d.])/.exec(line) ?? []);
    const code = status ?? /(?<![\d.])#?([45]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(line)?.[1] ?? null;
    if (reply === undefined && code === null) continue;
    // A reply goes on over the lines behind it, and qmail puts its code behind the words.
    const text = [lines[index - 1] ?? '', line, ...lines.slice(index + 1, index + 3)].join(' ');
    if (statements.length < statementsAtMost && isReply(reply ?? null, code, line))
      statements.push({ text, status: code, reply: reply ?? null });
  }
  return statements;
}

/** A number of three digits alone may be anything: "after 450 minutes", a port, a street. */
function isReply(reply: string | null, code: string | null, line: string): boolean {
  return (
    code !== null ||
    (reply !== null && /(?:^|[:>"'(\s-])[45]\d\d[ -]+\S/.test(line) && !/[45]\d\d (minutes|hours|seconds|bytes|kb|mb)/i.test(line))
  );
}

function classOfNarrative(said: string): DeliveryReportClass | null {
  switch (classOfWords(said)) {
    case null:
      return null;
    case 'policy':
      return 'policy';
    case 'soft':
      return 'soft';
    case 'gone':
    case 'perhaps-gone':
      return 'hard';
  }
}

/** Did a mail server write it, and no person's programme of absence? */
export function isByServer(letter: LetterOfServer): boolean {
  const said = ownWords(letter.text);
  if (letter.hasFailedRecipients) return true;
  if (absence.some((pattern) => pattern.test(letter.subject))) return false;
  const { name = '', address = '' } = letter.from ?? {};
  if (
    /^(mailer-?daemon|postmaster|mail-?daemon|mdaemon|double-bounce|bounces?|mail-?delivery|mail-?system|microsoftexchange[0-9a-f]*|system-?administrator)\b/i.test(
      address,
    )
  )
    return true;
  if (
    /mail(er)? (delivery|system|daemon)|mailer-daemon|delivery (sub)?system|postmaster|system ?administrator|systemadministrator|mail administrator/i.test(
      name,
    )
  )
    return true;
  return saysItFailed(`${letter.subject}\n${said.slice(0, 600)}`) || isAboutDelay(letter.subject, said.slice(0, 600));
}

const absence: readonly RegExp[] = [
  /\b(out of (the )?office|auto(matic)? ?-?(reply|response)|autoreply|away from|on (vacation|holiday|leave)|abwesen|automatische antwort|absence|réponse automatique|fuera de la oficina|respuesta automática|risposta automatica|assenza|resposta automática|afwezig|automatisch antwoord|autoodpowiedź|nieobecno|automatické? odpov|autosvar|frånvar)/i,
  /автоответ|отпуск|自動(返信|応答)|不在|自动(回复|答复)|자동 ?응답|부재/u,
];

function saysItFailed(text: string): boolean {
  const words = plainWords(text);
  return failure.some((pattern) => pattern.test(words));
}

const failure: readonly RegExp[] = [
  /\bundeliver(ed|able|y)|\b(delivery|mail|message|transmission) (status notification \(?failure|failure|failed|has failed|problem|error|report.{0,20}fail)|\bfail(ure|ed|ing)? (notice|delivery|to deliver)|\breturn(ed|ing) (mail|message|to sender)|\b(could|can|was|were|has|have|did)( ?n[o']t|not)( been| be)? (be )?deliver(ed)?|\bunable to deliver|\bwas(n't| not) (able to be )?delivered|\bnon-?delivery|\bdelivery (to|for) [^.\n]{0,60}(failed|impossible)|\bpermanent (fatal )?error|\bfatal errors|\bfailed permanently|\bundelivered|\bnot delivered|\bcannot be delivered|\brejected your message|\bbounced/,
  /\bunzustellbar|\bnicht zugestellt|\bzustellung[^.\n]{0,30}(fehlgeschlagen|nicht möglich|gescheitert)|\bnicht ausgeliefert|\bnon (remis|distribué|délivré|livré)|\béchec de (la )?(remise|livraison|distribution)|n'a pas (pu être|été) (remis|distribué|délivré|livré|envoyé)|\bno se (ha )?(pudo|podido|puede) (entregar|enviar)|\bno (se )?(entregad|entregab)|\bno entregad|\berror (en la|de) entrega|\bmancat[oa] (recapito|consegna)|\bnon (è stato )?(possibile )?(recapit|consegn)|\bimpossibile (recapitare|consegnare)/,
  /\bnão (foi |pôde ser |pode ser )?(possível )?entreg|\bfalha (na|de) entrega|\bniet (worden )?(bezorgd|afgeleverd)|\bonbestelbaar|\bkon niet|\bnie (została? |mogła? (zostać|być) )?(dostarczon|doręczon)|\bniedostarczon|\bnie udało się (dostarczyć|wysłać)|\bnedoručiteln|\bnepodařilo se doručit|\bkunde inte levereras|\biletilemedi|\bteslim edilemedi/,
  /не (было |может быть |удалось )?доставл|недоставл|не удалось доставить|ошибка доставки|возвращ[её]н|配信(できません|不能|エラー|失敗)|配送(できません|不能|失敗|エラー)|送信できません|届けられません|届けることができません|退信|投递失败|无法(投递|送达|发送)|無法(投遞|傳遞)|未送达|발송 ?실패|반송|전송(하지|되지|할 수)|배달할 수/u,
];

/** A warning that it takes longer: nothing is decided. Whatever says that it gave up is final. */
function isAboutDelay(subject: string, said: string): boolean {
  const words = plainWords(`${subject}\n${said}`);
  return waiting.some((pattern) => pattern.test(words)) && !givenUp.some((pattern) => pattern.test(words));
}

const waiting: readonly RegExp[] = [
  /\b(delay(ed)?\b|will (be )?(retried|retry|keep (on )?trying|continue (to be )?(trying|attempted|to try)|try again|attempt)|still (being|trying|be)\b[^.]{0,30}(retr|deliver|queue)?|has not yet been|not yet (been )?delivered|warning message only|no action is required|do not need to (resend|do anything)|delivery attempts will continue|remains? (in|on) the (mail )?queue)/,
  /\b(verzögert|wird weiterhin versucht|noch nicht zugestellt|retardé|n'a pas encore|retrasad|aún no se ha|ritardat|non è ancora|atrasad|ainda não foi|vertraagd|nog niet|opóźni|jeszcze nie)/,
  /задерж|ещ[её] не доставл|будут продолжены|遅延|遅れて|まだ配信|延迟|尚未(送达|投递)|지연/u,
];

const givenUp: readonly RegExp[] = [
  /\b((?<!will )give up|giv(en|ing) up|gave up|permanent(ly)?\b|has been (removed|deleted|bounced)|was bounced|will not be (retried|delivered)|no (further|more) (delivery )?attempts|undeliverable|failed permanently|final|expired|could not be delivered for|not going to try again|i've given up|stopped trying|has failed|returned to sender|undelivered mail)/,
  /\b(endgültig|aufgegeben|définitivement|abandonn|definitivamente|definitivo|definitief|opgegeven|ostatecznie)|окончательно|прекращены|断念|放弃/u,
];
