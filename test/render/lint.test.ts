import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintTemplates } from '../../src/render/lint.js';
import { loadTemplates } from '../../src/render/load.js';
import { describeProblem } from '../../src/yaml/problem.js';
import { lintWith, shipped, shop } from './project.js';

const reminder = await shipped('templates/email/cart-reminder-1.yaml');
const design = await shipped('templates/email/cart-reminder-1.mjml');
const footer = await shipped('templates/layouts/footer.mjml');
const text = await shipped('templates/sms/cart-link.yaml');

const receipt = await shipped('templates/email/order-shipped.yaml');
const receiptDesign = await shipped('templates/email/order-shipped.mjml');

const emailFile = 'templates/email/cart-reminder-1.yaml';
const designFile = 'templates/email/cart-reminder-1.mjml';
const smsFile = 'templates/sms/cart-link.yaml';
const receiptFile = 'templates/email/order-shipped.yaml';
const receiptDesignFile = 'templates/email/order-shipped.mjml';

test('finds nothing to say about the shipped templates', async () => {
  expect((await lintTemplates(await loadTemplates('.'), shop)).map(describeProblem)).toEqual([]);
});

test('points at a topic that nobody can consent to, when it is told the topics', async () => {
  const problems = await lintTemplates(await loadTemplates('.'), shop, ['cart_reminders', 'marketing']);
  expect(problems.map(({ file, path, suggestion }) => [file, path, suggestion])).toContainEqual([
    emailFile,
    'topic',
    'Did you mean "cart_reminders"?',
  ]);
});

test('is the catalog of templates that journeys are checked against', async () => {
  const set = await loadTemplates('.');

  const inFolder = (channel: string) =>
    readdirSync(`templates/${channel}`).flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []));
  expect([...set.ids()].sort()).toEqual([...inFolder('email'), ...inFolder('sms')].sort());
  expect([set.channelOf('cart-link'), set.classOf('cart-link'), set.channelOf('nothing'), set.has('nothing')]).toEqual([
    'sms',
    'marketing',
    null,
    false,
  ]);
});

/** What is broken, in which file, and what is said about it: at which text of that file, with which words. */
interface Case {
  readonly breaks: string;
  readonly files: Readonly<Record<string, string>>;
  readonly at: { readonly file: string; readonly text?: string };
  readonly message: RegExp;
  readonly suggestion?: RegExp;
}

const cases: readonly Case[] = [
  {
    breaks: 'a variable that nothing fills',
    files: { [smsFile]: text, [designFile]: design.replace('{{ shop.supportUrl }}', '{{ shop.suportUrl }}'), [emailFile]: reminder },
    at: { file: designFile, text: '{{ shop.suportUrl }}' },
    message: /There is no variable "shop\.suportUrl"/,
    suggestion: /Did you mean "shop\.supportUrl"/,
  },
  {
    breaks: 'an unknown field of a line of the cart, in a loop',
    files: { [smsFile]: text.replace('{{ cart.url | safe_url }}', '{% for line in cart.lines %}{{ line.title }}{% endfor %}') },
    at: { file: smsFile, text: 'body: >-' },
    message: /There is no variable "line\.title"/,
    suggestion: /name, quantity, price, imageUrl, url/,
  },
  {
    breaks: 'an unknown filter',
    files: { [designFile]: design.replace('{{ words.intro }}', '{{ cart.value | mony }}'), [emailFile]: reminder },
    at: { file: designFile, text: '{{ cart.value | mony }}' },
    message: /There is no filter "mony"/,
    suggestion: /Did you mean "money"/,
  },
  {
    breaks: 'an include of another file',
    files: { [designFile]: design.replace('{{ words.intro }}', '{% render "secret" %}'), [emailFile]: reminder },
    at: { file: designFile, text: '{% render' },
    message: /cannot read others with "render"/,
    suggestion: /<partial name=/,
  },
  {
    breaks: 'mj-include, which MJML drops in silence',
    files: { [designFile]: `${design}<mj-include path="./x.mjml" />`, [emailFile]: reminder },
    at: { file: designFile, text: '<mj-include' },
    message: /mj-include is not followed/,
  },
  {
    breaks: 'an unclosed tag, which MJML takes in silence',
    files: { [designFile]: design.replace('</mj-text>', ''), [emailFile]: reminder },
    at: { file: designFile, text: '<mj-text mj-class="headline"' },
    message: /<mj-text> is not closed/,
  },
  {
    breaks: 'an attribute that MJML does not know',
    files: { [designFile]: design.replace('<mj-column>', '<mj-column colour="red">'), [emailFile]: reminder },
    at: { file: designFile, text: '<mj-column colour' },
    message: /MJML: .*colour/,
  },
  {
    breaks: 'a link that runs script',
    files: { [designFile]: design.replace('{{ shop.supportUrl }}', 'javascript:alert(1)'), [emailFile]: reminder },
    at: { file: designFile, text: 'href="javascript' },
    message: /holds script or data/,
  },
  {
    breaks: 'an address of a product without safe_url',
    files: { [designFile]: design.replace('{{ shop.supportUrl }}', '{{ cart.lines[0].url }}'), [emailFile]: reminder },
    at: { file: designFile, text: 'href="{{ cart' },
    message: /takes an address from outside/,
    suggestion: /safe_url/,
  },
  {
    breaks: 'marketing without a postal address',
    files: {
      [designFile]: design,
      [emailFile]: reminder,
      'templates/layouts/footer.mjml': footer.replace(/\{\{ shop\.postalAddress.*?\}\}/, ''),
    },
    at: { file: emailFile, text: 'en:' },
    message: /postal address is not in it/,
  },
  {
    breaks: 'marketing without a way out',
    files: {
      [designFile]: design,
      [emailFile]: reminder,
      'templates/layouts/footer.mjml': footer.replace('{{ links.unsubscribe }}', '{{ shop.siteUrl }}'),
    },
    at: { file: emailFile, text: 'en:' },
    message: /unsubscribe link is not in it/,
  },
  {
    breaks: 'a language of the shop that is missing',
    files: { [smsFile]: text.slice(0, text.indexOf('  de:')) },
    at: { file: smsFile, text: 'words:' },
    message: /The shop writes in "de"/,
  },
  {
    breaks: 'a word that one language lacks',
    files: { [designFile]: design, [emailFile]: reminder.replace(/ {4}headline: Ihr.*\n/, '') },
    at: { file: designFile, text: '{{ words.headline }}' },
    message: /The word "headline" is not there in "de"/,
  },
  {
    breaks: 'a partial that is not there',
    files: { [designFile]: design.replace('cart-lines', 'basket'), [emailFile]: reminder },
    at: { file: designFile, text: '<partial name="basket"' },
    message: /names nothing in templates\/layouts/,
  },
  {
    breaks: 'a service message with promotion',
    files: {
      [designFile]: design.replace('css-class="edge"', 'css-class="edge promotion"'),
      [emailFile]: reminder.replace('class: marketing', 'class: service'),
    },
    at: { file: designFile, text: 'css-class="edge promotion"' },
    message: /promotion stands in a service template/,
  },
  {
    breaks: 'a receipt whose subject sells',
    files: {
      [receiptDesignFile]: receiptDesign,
      [receiptFile]: receipt.replace('}} is on its way', '}} is on its way, and 10% off the next'),
    },
    at: { file: receiptFile, text: 'subject:' },
    message: /"10% off" in the subject makes promotion the purpose of a transactional message/,
    suggestion: /marketing message/,
  },
  {
    breaks: 'a receipt whose preview line sells',
    files: { [receiptDesignFile]: receiptDesign, [receiptFile]: receipt.replace('You can follow the parcel.', 'A voucher lies in it.') },
    at: { file: receiptFile, text: 'preheader:' },
    message: /"voucher" in the preview line makes promotion the purpose/,
  },
  {
    breaks: 'a receipt with a code to buy with',
    files: { [receiptDesignFile]: receiptDesign, [receiptFile]: receipt.replace('This is in it:', 'Use code THANKS10 next time:') },
    at: { file: receiptFile, text: 'intro:' },
    message: /"code THANKS10" is a code to buy with/,
  },
  {
    breaks: 'a receipt that shows a coupon of the person',
    files: {
      [receiptDesignFile]: receiptDesign.replace('{{ words.intro }}', '{{ words.intro }} {{ profile.traits.coupon }}'),
      [receiptFile]: receipt,
    },
    at: { file: receiptDesignFile, text: '{{ words.intro }}' },
    message: /"profile\.traits\.coupon" is promotion, and this template is transactional/,
    suggestion: /make the class marketing/,
  },
  {
    breaks: 'a receipt that recommends products',
    files: {
      [receiptDesignFile]: `${receiptDesign}\n<partial name="recommended-products" />`,
      [receiptFile]: receipt,
      'templates/layouts/recommended-products.mjml': '<mj-section><mj-column><mj-text>More</mj-text></mj-column></mj-section>',
    },
    at: { file: 'templates/layouts/plain.mjml' },
    message: /The partial "recommended-products" is promotion/,
  },
  {
    breaks: 'a receipt from which people are told that they can unsubscribe',
    files: { [receiptDesignFile]: receiptDesign, [receiptFile]: receipt.replace('layout: plain', 'layout: shop') },
    at: { file: 'templates/layouts/footer.mjml' },
    message: /nobody can unsubscribe from it/,
    suggestion: /layout: plain/,
  },
  {
    breaks: 'data that no example gives',
    files: { [receiptDesignFile]: receiptDesign.replace('data.parcel.trackingUrl', 'data.parcel.tracking'), [receiptFile]: receipt },
    at: { file: receiptDesignFile, text: 'data.parcel.tracking' },
    message: /There is no variable "data\.parcel\.tracking"/,
    suggestion: /Known here: carrier|Did you mean/,
  },
  {
    breaks: 'data without any example',
    files: { [designFile]: design.replace('{{ words.headline }}', '{{ words.headline }} {{ data.name }}'), [emailFile]: reminder },
    at: { file: designFile, text: '{{ data.name }}' },
    message: /There is no variable "data\.name"/,
    suggestion: /under "data:"/,
  },
  {
    breaks: 'a first text without HELP and STOP',
    files: { [smsFile]: text.replace('{% if isFirstSms %}{{ words.firstTextTerms }}{% endif %}', '') },
    at: { file: smsFile, text: 'en:' },
    message: /does not tell of HELP and STOP/,
  },
  {
    breaks: 'a text of four segments',
    files: { [smsFile]: text.replace('your basket is still here.', 'your basket is still here. '.repeat(16)) },
    at: { file: smsFile, text: 'en:' },
    message: /too long: 4 segments/,
  },
  {
    breaks: 'a key that the format does not know',
    files: { [smsFile]: text.replace('requires:', 'require:') },
    at: { file: smsFile, text: 'require:' },
    message: /"require" is not known here/,
    suggestion: /Did you mean "requires"/,
  },
  {
    breaks: 'YAML that does not parse',
    files: { [smsFile]: text.replace('class: marketing', 'class: "marketing') },
    at: { file: smsFile },
    message: /not valid YAML/,
  },
  {
    breaks: 'a sample that is no person',
    files: { [smsFile]: text, 'templates/samples/new-customer.json': '{"profile":{}}' },
    at: { file: 'templates/samples/new-customer.json' },
    message: /does not describe a person and a cart/,
  },
];

test.each(cases)('tells of $breaks, at its place', async ({ files, at, message, suggestion }) => {
  const problems = await lintWith(files);
  const found = problems.find((problem) => message.test(problem.message));

  expect(found, `told instead: ${problems.map(describeProblem).join('\n')}`).toMatchObject({ file: at.file, severity: 'error' });
  if (at.text !== undefined) expect(found?.line).toBe(lineOf(files[at.file] ?? '', at.text));
  if (suggestion !== undefined) expect(found?.suggestion).toMatch(suggestion);
});

test('warns of data without which nothing is sent, and which is not required', async () => {
  const bare = { [receiptDesignFile]: receiptDesign, [receiptFile]: receipt.replace(/requires: .*\n/, '') };
  const told = (await lintWith(bare)).map(({ severity, message }) => `${severity}: ${message}`);
  expect(told).toContain('warning: Without "data.parcel" nothing is sent, and "requires" does not name it.');
  const problems = await lintWith({ ...bare, [receiptFile]: receipt });
  expect(problems.filter(({ message }) => message.includes('nothing is sent'))).toEqual([]);
});

test('warns of a word that nobody uses', async () => {
  const problems = await lintWith({ [smsFile]: text.replace('  de:', "    bdy: 'x'\n  de:") });

  expect(problems).toEqual([
    expect.objectContaining({ severity: 'warning', message: 'Nothing uses the word "bdy".', suggestion: 'Did you mean "body"?' }),
  ]);
});

function lineOf(source: string, part: string): number {
  return source.slice(0, source.indexOf(part)).split('\n').length;
}
