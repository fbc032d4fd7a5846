import { z } from 'zod';
import { type Channel, channelKind, channels } from '../domain/messages/channel.js';
import type { HoursLaw } from '../domain/messages/channel-kind.js';
import {
  clockText,
  type DailyHours,
  type Jurisdiction,
  type QuietHoursPolicy,
  type Weekday,
  weekdays,
} from '../domain/policy/quiet-hours-policy.js';
import { definePolicy, error, type Finding, idText, limitText, repeatedIds } from './policy-source.js';

/** `08:00-21:00` → minutes of the local day. */
const span = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be hours such as 08:00-21:00')
  .transform((text) => {
    const [opens = 0, closes = 0] = text.split('-').map(minutes);
    return { opens, closes };
  })
  .refine(({ opens, closes }) => opens < closes, 'must open before it closes, on the same day')
  .meta({ examples: ['08:00-21:00'] });

/** `mon`, or `mon-fri` for a run of days. */
const days = z
  .string()
  .regex(/^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$/, 'must be a day such as sun, or days such as mon-fri');

const date = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a date such as 2026-12-25')
  .meta({ examples: ['2026-12-25'] });

const jurisdiction = z.strictObject({
  id: idText,
  channel: z.enum(channels),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country in capitals, such as US')
    .optional(),
  region: z
    .string()
    .regex(/^[A-Z0-9]{1,3}$/, 'must be the second half of ISO 3166-2 in capitals, such as FL')
    .optional(),
  unknown: z
    .enum(['region', 'zone'])
    .optional()
    .meta({ description: 'Only for people of whom the region, or even the time zone, is not known.' }),
  from: date.optional().meta({ description: 'In force from this local day on.' }),
  until: date.optional().meta({ description: 'And no longer on this one.' }),
  hours: z
    .union([z.literal('any'), span, z.record(days, span)])
    .meta({ description: 'Local hours in which messages may go: any, the same every day, or by days; a missing day is closed.' }),
  holidays: z
    .strictObject({
      hours: z.union([z.literal('closed'), span]).default('closed'),
      calendar: idText.optional().meta({ description: 'One of the calendars above.' }),
      dates: z.array(date).default([]),
    })
    .optional(),
  source: z.string().min(1).meta({ description: 'Where the rule is to be read.' }),
});
type JurisdictionSource = z.output<typeof jurisdiction>;

const quietHoursSource = z
  .strictObject({
    policy: z.literal('quiet-hours'),
    opening_jitter: limitText.meta({ description: 'Messages that waited for an opening are spread over so long.' }),
    closing_margin: limitText.meta({ description: 'The last one goes so long before the close.' }),
    calendars: z
      .record(idText, z.array(z.union([date, z.array(date)])))
      .default({})
      .meta({ description: 'Days by name, a list or a list a year, for the holidays of several rules.' }),
    jurisdictions: z.array(jurisdiction).min(1),
  })
  .meta({ id: 'QuietHours', title: 'Sojourn quiet hours: when a channel may speak, by law and custom' });
type QuietHoursSource = z.output<typeof quietHoursSource>;

export const quietHours = definePolicy({ kind: 'quiet-hours', schema: quietHoursSource, compile, lint });

function compile(source: QuietHoursSource): Omit<QuietHoursPolicy, 'version'> {
  return {
    jurisdictions: source.jurisdictions.map((one) => toJurisdiction(one, source.calendars)),
    openingJitterMs: source.opening_jitter,
    closingMarginMs: source.closing_margin,
  };
}

function toJurisdiction(one: JurisdictionSource, calendars: QuietHoursSource['calendars']): Jurisdiction {
  return {
    id: one.id,
    channel: one.channel,
    country: one.country ?? null,
    region: one.region ?? null,
    unknown: one.unknown ?? null,
    from: one.from ?? null,
    until: one.until ?? null,
    hours: toHours(one.hours),
    holidayHours: one.holidays === undefined || one.holidays.hours === 'closed' ? null : one.holidays.hours,
    holidays: one.holidays === undefined ? [] : [...(calendars[one.holidays.calendar ?? ''] ?? []).flat(), ...one.holidays.dates],
    source: one.source,
  };
}

function toHours(hours: JurisdictionSource['hours']): Jurisdiction['hours'] {
  if (hours === 'any') return null;
  const byDays = isSpan(hours) ? { 'mon-sun': hours } : hours;
  return Object.fromEntries(Object.entries(byDays).flatMap(([key, value]) => daysOf(key).map((one) => [one, value])));
}

function isSpan(hours: Exclude<JurisdictionSource['hours'], 'any'>): hours is DailyHours {
  return typeof hours['opens'] === 'number';
}

/** `fri-mon` goes over the week's end. */
function daysOf(text: string): readonly Weekday[] {
  const [first, last = first] = text.split('-').map((name) => weekdays.findIndex((one) => one === name));
  const length = ((Number(last) - Number(first) + 7) % 7) + 1;
  return Array.from({ length }, (_, index) => weekdays[(Number(first) + index) % 7]!);
}

function lint({ jurisdictions, calendars }: QuietHoursSource): readonly Finding[] {
  const at = (index: number, key: string) => ['jurisdictions', index, key];
  return [
    ...repeatedIds(
      jurisdictions.map(({ id }, index) => ({ id, path: at(index, 'id') })),
      'jurisdiction',
    ),
    ...jurisdictions.flatMap((one, index): Finding[] => [
      ...(one.region !== undefined && one.country === undefined
        ? [error(at(index, 'region'), `The region ${one.region} has no country.`, 'Write the country too, such as country: US.')]
        : []),
      ...(one.from !== undefined && one.until !== undefined && one.from >= one.until
        ? [error(at(index, 'until'), `"${one.id}" ends before it begins.`, 'The day of "until" is the first on which it no longer holds.')]
        : []),
      ...doubledDays(one, at(index, 'hours')),
      ...unknownCalendar(one, calendars, ['jurisdictions', index, 'holidays', 'calendar']),
      ...widerThanLaw(one, at(index, 'hours')),
    ]),
    ...channels.flatMap((channel) => channelKind(channel).hours.laws.flatMap((law) => missingLaw(jurisdictions, channel, law))),
    // Without a rule for everywhere a person of an unlisted country could be written to at any hour.
    ...channels.flatMap((channel) =>
      jurisdictions.some((one) => one.channel === channel && isForAll(one))
        ? []
        : [
            error(
              ['jurisdictions'],
              `No rule says when ${channel} may go in countries that have none of their own.`,
              `Add { id: everywhere-${channel}, channel: ${channel}, hours: ${channelKind(channel).hours.usual}, source: our own choice }.`,
            ),
          ],
    ),
  ];
}

function unknownCalendar({ holidays }: JurisdictionSource, calendars: QuietHoursSource['calendars'], path: readonly PropertyKey[]) {
  const name = holidays?.calendar;
  if (name === undefined || calendars[name] !== undefined) return [];
  const known = Object.keys(calendars);
  const there = known.length === 0 ? 'There are none yet' : `There are: ${known.join(', ')}`;
  return [error(path, `There is no calendar "${name}".`, `${there}. Add it under calendars, or write dates here.`)];
}

/** What no configuration may exceed, nor for somebody whose zone is unknown the hours that the whole country shares. */
function widerThanLaw(
  { id, channel, country, unknown, hours, holidays }: JurisdictionSource,
  path: readonly PropertyKey[],
): readonly Finding[] {
  const law = channelKind(channel).hours.laws.find((one) => one.country === country);
  if (law === undefined) return [];
  const isZoneUnknown = unknown === 'zone';
  const { opens, closes } = isZoneUnknown ? law.zoneUnknown : law.within;
  const spans = [
    ...Object.entries(toHours(hours) ?? {}),
    ...(holidays === undefined || holidays.hours === 'closed' ? [] : [['', holidays.hours] as const]),
  ];
  const isWithin =
    hours !== 'any' &&
    spans.every(
      ([weekday, one]) => one.opens >= opens && one.closes <= closes && !(isZoneUnknown && (weekday === 'sat' || weekday === 'sun')),
    );
  if (isWithin) return [];
  return [
    isZoneUnknown
      ? error(
          path,
          `"${id}" speaks of people of whom not even the zone is known, and not every state allows these hours.`,
          `Stay within ${spanText(law.zoneUnknown)} of ${law.zoneUnknown.clock}, mon-fri.`,
        )
      : error(
          path,
          `"${id}" allows ${channelKind(channel).words.many} outside the ${law.called} hours.`,
          `Stay within ${spanText(law.within)}: ${law.source} cannot be widened here.`,
        ),
  ];
}

/** Without these a text to the United States would have only the rule for everywhere, or hours of New York that are night in Honolulu. */
function missingLaw(jurisdictions: readonly JurisdictionSource[], channel: Channel, law: HoursLaw): readonly Finding[] {
  const { country, countryName: name, source, within, zoneUnknown } = law;
  const { many } = channelKind(channel).words;
  const texts = jurisdictions.filter(
    (one) => one.channel === channel && one.country === country && one.from === undefined && one.until === undefined,
  );
  const has = (unknown: JurisdictionSource['unknown']) => texts.some((one) => one.region === undefined && one.unknown === unknown);
  return [
    ...(has(undefined)
      ? []
      : [
          error(
            ['jurisdictions'],
            `No rule says when ${many} may go in the whole of ${name}.`,
            `Add { id: ${country.toLowerCase()}, channel: ${channel}, country: ${country}, hours: ${spanText(within)}, source: ${source} }.`,
          ),
        ]),
    ...(has('region')
      ? []
      : [
          error(
            ['jurisdictions'],
            `No rule says when ${many} may go to somebody in ${name} whose state is unknown.`,
            'Add one with unknown: region, such as mon-fri 10:00-18:00.',
          ),
        ]),
    ...(has('zone')
      ? []
      : [
          error(
            ['jurisdictions'],
            `No rule says when ${many} may go to somebody in ${name} whose zone is unknown.`,
            `Add one with unknown: zone, such as mon-fri ${spanText(zoneUnknown)}, in hours of ${zoneUnknown.clock}.`,
          ),
        ]),
  ];
}

function spanText({ opens, closes }: DailyHours): string {
  return `${clockText(opens)}-${clockText(closes)}`;
}

function isForAll({ country, unknown, from, until }: JurisdictionSource): boolean {
  return country === undefined && unknown === undefined && from === undefined && until === undefined;
}

function doubledDays({ hours }: JurisdictionSource, path: readonly PropertyKey[]): readonly Finding[] {
  if (hours === 'any' || isSpan(hours)) return [];
  const written = Object.keys(hours).flatMap(daysOf);
  const doubled = written.find((one, index) => written.indexOf(one) !== index);
  return doubled === undefined ? [] : [error(path, `The hours of ${doubled} are written twice.`, 'Let each day stand in one line only.')];
}

function minutes(text: string): number {
  const [hours = 0, rest = 0] = text.split(':').map(Number);
  return hours * 60 + rest;
}
