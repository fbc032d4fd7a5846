import type { PreferenceBox, Preferences, Wishes } from '../../app/consent/preferences.js';
import { type FrequencyLevel, frequencyLevels } from '../../domain/gate/frequency-preference.js';
import { type Channel, channelKind } from '../../domain/messages/channel.js';
import type { Birthday } from '../../domain/people/own-words.js';
import type { Shop } from '../../domain/shop/shop.js';
import type { Form } from '../kit/form.js';
import { type Html, html } from '../kit/page.js';
import { topicName } from '../kit/topic-name.js';
import type { Language } from '../kit/words.js';
import { wordsOf } from './words.js';

/** The form as it stands; `form`: what was typed and could not be taken. It works without scripts and can be read aloud. */
export function preferenceForm(shop: Shop, shown: Preferences, language: Language, form: Form): Html {
  const words = wordsOf(language);
  const hasTexts = shown.channels.some((channel) => channelKind(channel).stopsBy === 'word');
  return html`<form method="post">
${topicTable(shown, language)}
${hasTexts ? html`<p class="soft">${shown.textsStopped ? words.textsStopped : words.textTerms(shop.brand)}</p>` : html``}
${shown.isOwnAddress ? html`${frequencyFields(shown, language, shop)}${aboutFields(shop, shown, language, form)}` : html``}
<fieldset><legend>${words.privacyTitle}</legend><input type="hidden" name="privacy" value="shown">
<label><input type="checkbox" name="tracking"${box(shown.mayTrack, shown)}><span>${words.tracking}</span></label>
<label><input type="checkbox" name="profiling"${box(shown.mayProfile, shown)}><span>${words.profiling}</span></label></fieldset>
<p class="soft">${words.ordersStill}</p>
<div class="actions"><button type="submit" name="save" value="choice">${words.save}</button><button type="submit" class="plain" name="save" value="nothing">${words.nothing}</button></div>
</form>`;
}

function topicTable(shown: Preferences, language: Language): Html {
  const words = wordsOf(language);
  const columns = shown.channels;
  const rows = shown.topics
    .filter(({ boxes }) => boxes.length > 0)
    .map(({ topic, boxes }) => {
      const name = topicName(topic, language);
      const description = topic.description[language] ?? topic.description['en'] ?? '';
      const cells = columns.map((channel) =>
        cell(
          shown,
          boxes.find((one) => one.channel === channel),
          name,
          language,
        ),
      );
      const notes = [description, ...(boxes.some(({ isSeldom }) => isSeldom) ? [words.seldom] : [])].filter((note) => note !== '');
      return html`<tr><th scope="row">${name}${notes.map((note) => html`<span>${note}</span>`)}</th>${cells}</tr>`;
    });
  return html`<table><thead><tr><th scope="col"><span class="hidden">${words.topic}</span></th>${columns.map(
    (channel) => html`<th scope="col">${channelKind(channel).pages[language].title}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table>`;
}

function cell(shown: Preferences, one: PreferenceBox | undefined, name: string, language: Language): Html {
  if (one === undefined) return html`<td><span aria-hidden="true">–</span></td>`;
  const words = wordsOf(language);
  const waits = one.isPending ? html`<span class="soft">${words.waits}</span>` : html``;
  return html`<td><label><input type="checkbox" name="${nameOf(one)}"${box(one.wanted, shown)}><span class="hidden">${name}, ${channelKind(one.channel).pages[language].title}</span></label>${waits}</td>`;
}

function frequencyFields({ frequency, locale }: Preferences, language: Language, shop: Shop): Html {
  const words = wordsOf(language);
  // As the person, or else the shop, writes dates in this language.
  const tag =
    [locale?.replaceAll('_', '-'), shop.locale].find(
      (known) => /^[a-z]{2}(-[A-Z]{2})?$/.test(known ?? '') && known?.startsWith(language),
    ) ?? language;
  const date = (at: number) => new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: shop.timeZone }).format(at);
  const label = (level: FrequencyLevel) =>
    level === 'pause' && frequency.level === 'pause' && frequency.until !== null
      ? words.pausedUntil(date(frequency.until))
      : words.frequencies[level];
  return html`<fieldset><legend>${words.frequencyTitle}</legend>${frequencyLevels.map(
    (level) =>
      html`<label><input type="radio" name="frequency" value="${level}"${checked(level === frequency.level)}><span>${label(level)}</span></label>`,
  )}</fieldset>`;
}

function aboutFields(shop: Shop, shown: Preferences, language: Language, form: Form): Html {
  const words = wordsOf(language);
  const month = form['birthday_month'] ?? String(shown.birthday?.month ?? '');
  const dayOfMonth = form['birthday_day'] ?? String(shown.birthday?.day ?? '');
  const names = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' });
  const months = Array.from({ length: 12 }, (_, index) => ({ value: String(index + 1), name: names.format(Date.UTC(2024, index, 1)) }));
  const spoken = languageIn(shown.locale, shop);
  return html`<fieldset><legend>${words.aboutTitle}</legend><div class="fields">
<label>${words.firstName}<input type="text" name="first_name" maxlength="60" autocomplete="given-name" value="${form['first_name'] ?? shown.firstName ?? ''}"></label>
<label>${words.language}<select name="language">${shop.locales.map(
    (code) => html`<option value="${code}"${selected(code === spoken)}>${nameOfLanguage(code)}</option>`,
  )}</select></label>
<div class="pair" role="group" aria-label="${words.birthday}"><label>${words.birthday}: ${words.month}<select name="birthday_month"><option value="">${words.noBirthday}</option>${months.map(
    ({ value, name }) => html`<option value="${value}"${selected(value === month)}>${name}</option>`,
  )}</select></label><label>${words.day}<input type="number" name="birthday_day" min="1" max="31" value="${dayOfMonth}"></label></div>
</div></fieldset>`;
}

/** What the form asks for, as far as it differs; null when the birthday is no day. A field that is not there stays as it is. */
export function wishesOf(form: Form, shown: Preferences, shop: Shop): Wishes | null {
  const birthday = birthdayIn(form);
  if (birthday === 'wrong') return null;
  const boxes = shown.topics
    .flatMap((topic) => topic.boxes)
    .map(({ channel, topic, isSeldom }) => {
      const wanted = form[nameOf({ channel, topic })] === 'on';
      return { channel, topic, wanted, isInsisted: wanted && isSeldom };
    });
  const frequency = frequencyLevels.find((level) => level === form['frequency']) ?? null;
  return {
    boxes: form['save'] === 'nothing' ? 'nothing' : boxes,
    frequency: form['save'] === 'nothing' ? null : frequency,
    traits: {
      ...changedName(form['first_name'], shown.firstName),
      ...(birthday === 'absent' || sameDay(birthday, shown.birthday) ? {} : { birthday: birthday === null ? null : dayText(birthday) }),
      ...changedLanguage(form['language'], shown.locale, shop),
      ...(form['privacy'] === undefined
        ? {}
        : {
            ...((form['tracking'] === 'on') === shown.mayTrack ? {} : { tracking_allowed: form['tracking'] === 'on' }),
            ...((form['profiling'] === 'on') === shown.mayProfile ? {} : { profiling_allowed: form['profiling'] === 'on' }),
          }),
    },
  };
}

function changedName(typed: string | undefined, known: string | null): Readonly<Record<string, unknown>> {
  const name = typed?.trim().slice(0, 60);
  return name === undefined || name === (known ?? '') ? {} : { firstName: name === '' ? null : name };
}

function changedLanguage(chosen: string | undefined, locale: string | null, shop: Shop): Readonly<Record<string, unknown>> {
  const isOther = chosen !== undefined && shop.locales.includes(chosen) && chosen !== languageIn(locale, shop);
  return isOther ? { locale: chosen } : {};
}

function birthdayIn(form: Form): Birthday | null | 'wrong' | 'absent' {
  const [month, dayOfMonth] = [form['birthday_month'], form['birthday_day']];
  if (month === undefined || dayOfMonth === undefined) return 'absent';
  if (month.trim() === '' && dayOfMonth.trim() === '') return null;
  const birthday = { month: Number(month), day: Number(dayOfMonth) };
  // A leap year, so that the 29th of February is a birthday.
  const date = new Date(Date.UTC(2024, birthday.month - 1, birthday.day));
  const isDay = date.getUTCMonth() === birthday.month - 1 && date.getUTCDate() === birthday.day;
  return isDay && month.trim() !== '' && dayOfMonth.trim() !== '' ? birthday : 'wrong';
}

function sameDay(one: Birthday | null, other: Birthday | null): boolean {
  return one?.month === other?.month && one?.day === other?.day;
}

function dayText({ month, day }: Birthday): string {
  return `${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The language of the shop that this person gets. */
function languageIn(locale: string | null, shop: Shop): string {
  const code = (locale ?? '').split(/[-_]/)[0]?.toLowerCase() ?? '';
  return shop.locales.find((known) => known.split('-')[0] === code) ?? shop.locale.split('-')[0] ?? shop.locale;
}

/** In its own words, as its speakers look for it. */
function nameOfLanguage(code: string): string {
  return new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
}

function nameOf(box: { readonly channel: Channel; readonly topic: string }): string {
  return `${box.channel}.${box.topic}`;
}

/** What is off can be turned on by the person alone. */
function box(is: boolean, { isOwnAddress }: Preferences): Html {
  return is || isOwnAddress ? checked(is) : { markup: ' disabled' };
}

function checked(is: boolean): Html {
  return { markup: is ? ' checked' : '' };
}

function selected(is: boolean): Html {
  return { markup: is ? ' selected' : '' };
}
