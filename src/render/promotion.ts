import type { MessageClass } from '../domain/messages/channel.js';
import { parseLiquid, variablesOf } from './engine.js';

/** Something in a text that advertises. `error`: it is promotion; `warning`: it reads like it, and may be meant otherwise. */
export interface Promotion {
  readonly offset: number;
  readonly message: string;
  readonly suggestion: string;
  readonly severity: 'error' | 'warning';
}

/** A text as it is looked at: the subject says what a message is for, as does the line that mail programs show beside it. */
export interface LookedAt {
  readonly text: string;
  readonly partials: readonly string[];
  readonly isSubject: boolean;
}

const promotingPartials = /^(promo|offer|recommend|upsell|cross-?sell|coupon|voucher|discount)/;
/** `css-class="promotion"` and `css-class="promo"` mark a block. */
const markedBlock = /(?:css-)?class=["'][^"']*\b(?:promotion|promo)\b/g;
/** Values that only advertising has: codes, and products that the person did not choose. */
const promotingValue = /coupon|voucher|promo|recommend|upsell|cross_?sell|discount_?code|bestseller/i;
const promotingWords =
  /\b(?:discounts?|vouchers?|coupons?|special offers?|sale|save \d+|free shipping|rabatte?|gutscheine?|sonderangebote?|angebote?|versandkostenfrei)\b|\d+ ?% (?:off|rabatt|auf alles)/gi;
/** `use code WELCOME10`. */
const writtenCode = /\b(?:code|gutscheincode|coupon)\b[:\s]+["“„]?[A-Z][A-Z-]*\d+\b/g;
const previewLine = /<mj-preview>([\s\S]*?)<\/mj-preview>/g;

/**
 * What advertises in one text of a message that people cannot refuse. By its primary purpose such a message would be marketing: the subject
 * decides first, then what stands in it.
 */
export function findPromotion(looked: LookedAt, messageClass: MessageClass): readonly Promotion[] {
  const where = `this template is ${messageClass}`;
  const found: Promotion[] = looked.partials
    .filter((name) => promotingPartials.test(name))
    .map((name) => ({
      offset: 0,
      message: `The partial "${name}" is promotion, and ${where}.`,
      suggestion: takeOut,
      severity: 'error',
    }));
  for (const match of looked.text.matchAll(markedBlock))
    found.push({
      offset: match.index,
      message: `A block marked as promotion stands in a ${messageClass} template.`,
      suggestion: takeOut,
      severity: 'error',
    });
  for (const { name, offset } of valuesOf(looked.text))
    if (promotingValue.test(name))
      found.push({ offset, message: `"${name}" is promotion, and ${where}.`, suggestion: takeOut, severity: 'error' });
  for (const match of looked.text.matchAll(writtenCode))
    found.push({
      offset: match.index,
      message: `"${match[0]}" is a code to buy with, and ${where}.`,
      suggestion: takeOut,
      severity: 'error',
    });
  return [...found, ...wordsOf(looked, messageClass)];
}

const takeOut = 'Take it out, or make the class marketing.';

function wordsOf(looked: LookedAt, messageClass: MessageClass): readonly Promotion[] {
  const previews = [...looked.text.matchAll(previewLine)].map((match) => ({ from: match.index, to: match.index + match[0].length }));
  return [...looked.text.matchAll(promotingWords)]
    .filter((match) => !insideMarkup(looked.text, match.index))
    .map((match) => {
      const leads = looked.isSubject || previews.some(({ from, to }) => match.index >= from && match.index < to);
      return {
        offset: match.index,
        message: leads
          ? `"${match[0]}" in the ${looked.isSubject ? 'subject' : 'preview line'} makes promotion the purpose of a ${messageClass} message.`
          : `"${match[0]}" reads as promotion in a ${messageClass} template.`,
        suggestion: 'Say it in a marketing message.',
        severity: leads ? 'error' : 'warning',
      };
    });
}

/** Names of styles and variables are no words that a person reads. */
function insideMarkup(text: string, offset: number): boolean {
  const open = Math.max(text.lastIndexOf('<', offset), text.lastIndexOf('{{', offset), text.lastIndexOf('{%', offset));
  if (open === -1) return false;
  const close = text.startsWith('<', open) ? '>' : text.startsWith('{{', open) ? '}}' : '%}';
  const end = text.indexOf(close, open);
  return end > offset;
}

function valuesOf(text: string): readonly { readonly name: string; readonly offset: number }[] {
  try {
    return variablesOf(parseLiquid(text, 'text')).map(({ path, row, column }) => ({
      name: path.join('.'),
      offset: offsetOf(text, row, column),
    }));
  } catch {
    // Another check reports that it does not parse.
    return [];
  }
}

/** Where a row and column (from 1) are in a text. */
export function offsetOf(text: string, row: number, column: number): number {
  let offset = 0;
  for (let passed = 1; passed < row; passed++) offset = text.indexOf('\n', offset) + 1;
  return offset + column - 1;
}
