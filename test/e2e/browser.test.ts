import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { onPath } from '../support/on-path.js';
import { makeProject, quickCart } from '../support/project.js';
import { type Call, fillsCart, sendBatch } from '../support/shop-client.js';
import { entryThat, eventually, isFinished, isWaiting, mailsTo, profileOf, type SeenMail } from '../support/watching.js';

const browserPath = onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
if (browserPath === null)
  console.warn('No Chromium is on the path: the pages are not tested in a browser. `apt-get install chromium` brings one.');

/** People by the language that they ask for. */
const people = { en: 1, de: 2, unsubscribes: 3, abmeldet: 4, texted: 5 } as const;

describe.skipIf(browserPath === null)('in a browser', () => {
  let project: string;
  let dataFolder: string;
  let instance: ChildInstance;
  let browser: Browser;
  /** What pages of ours say in the console: a policy that was broken, a file that is not there. */
  const complaints: string[] = [];

  afterEach(() => expect(complaints.splice(0)).toEqual([]));

  beforeAll(async () => {
    project = await makeProject({ 'quick-cart': quickCart({ idle: 2, wait: 3600 }), 'quick-text': quickText() });
    dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
    const settings = { SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'warn' };
    [instance, browser] = await Promise.all([
      startChild(dataFolder, settings, (line) => console.log(line)),
      chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] }),
    ]);
    for (const [index, locale] of [
      [people.en, 'en-GB'],
      [people.de, 'de-DE'],
      [people.unsubscribes, 'en-GB'],
      [people.abmeldet, 'de-AT'],
      [people.texted, 'en-GB'],
    ] as const)
      await sendBatch(instance, inLanguage(fillsCart(index), locale));
    for (const index of Object.values(people)) await entryThat(instance, `person-${index}`, 'waits after its first email', isWaiting);
  });

  afterAll(async () => {
    await browser?.close();
    await instance?.stop();
    await Promise.all([project, dataFolder].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })));
  });

  describe('without JavaScript', () => {
    test.each([
      ['English', people.en, 'Your preferences', 'Reminders of your cart, By email', 'Save', 'Your choice is saved.'],
      [
        'German',
        people.de,
        'Ihre Einstellungen',
        'Erinnerungen an den Warenkorb, Per E‑Mail',
        'Speichern',
        'Ihre Auswahl ist gespeichert.',
      ],
    ])('a person chooses what to get, in %s', async (language, index, title, box, save, saved) => {
      const page = await open({ javaScriptEnabled: false, viewport: phoneScreen });
      await page.goto(linkOf(await firstMail(index), 'p'));
      await page.getByRole('heading', { name: title }).waitFor();
      await expectFits(page);
      await shoot(page, `preferences-${language}`);
      expect(await page.locator('html').getAttribute('lang')).toBe(language === 'German' ? 'de' : 'en');

      const reminders = page.getByLabel(box);
      expect(await reminders.isChecked()).toBe(true);
      await reminders.uncheck();
      await page.getByRole('button', { name: save, exact: true }).click();
      await page.getByText(saved).waitFor();
      await shoot(page, `preferences-saved-${language}`);
      expect(await page.getByLabel(box).isChecked()).toBe(false);
      expect(await consents(index)).toMatchObject({ 'email.marketing': true, 'email.cart_reminder': false });
    });

    test.each([
      ['English', people.unsubscribes, 'Unsubscribe', 'You are unsubscribed'],
      ['German', people.abmeldet, 'Abmelden', 'Sie sind abgemeldet'],
    ])('a person unsubscribes by the link of the email, in %s', async (language, index, button, done) => {
      const page = await open({ javaScriptEnabled: false, viewport: phoneScreen });
      await page.goto(linkOf(await firstMail(index), 'u'));
      await page.getByRole('heading', { name: button }).waitFor();
      await expectFits(page);
      await shoot(page, `unsubscribe-${language}`);
      expect(await consents(index)).toMatchObject({ 'email.marketing': true });

      await page.getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('heading', { name: done }).waitFor();
      await shoot(page, `unsubscribed-${language}`);
      expect(await consents(index)).toMatchObject({ 'email.marketing': false });
    });

    test('a mail in the browser is the mail, and leads whom it was passed on to nowhere but to the shop', async () => {
      const page = await open({ javaScriptEnabled: false, viewport: phoneScreen });
      await page.goto(linkOf(await firstMail(people.texted), 'v'));
      await page.getByRole('heading', { name: 'Your basket is waiting' }).waitFor();
      expect(await page.getByRole('link', { name: 'Return to your basket' }).first().getAttribute('href')).toBe(
        'https://willow-and-wren.example/',
      );
      expect(await page.getByRole('link', { name: 'View in the browser' }).count()).toBe(0);
      await shoot(page, 'mail-in-the-browser');
      await page.getByRole('link', { name: 'Unsubscribe' }).click();
      await page.getByRole('heading', { name: 'Unsubscribe, or choose what you get' }).waitFor();
    });

    test('a link that was forged tells nothing, in the language of the browser', async () => {
      const page = await open({ javaScriptEnabled: false, locale: 'de-DE' });
      await page.goto(`${instance.publicUrl}/p/forged`);
      await page.getByRole('heading', { name: 'Dieser Link ist unvollständig' }).waitFor();
      await shoot(page, 'forged');
    });
  });

  test('the mailbox shows the email as a mail program would, and its source', async () => {
    const page = await open();
    await page.goto(instance.running.mailboxUrl ?? '');
    await shoot(page, 'mailbox');
    await page
      .getByRole('row', { name: `person-${people.texted}@example.test` })
      .getByRole('link')
      .click();
    const mail = page.frameLocator('iframe');
    await mail.getByText('Mug', { exact: true }).first().waitFor();
    expect(await mail.getByRole('link', { name: 'Return to your basket' }).first().getAttribute('href')).toContain(
      `${instance.publicUrl}/c/`,
    );
    await shoot(page, 'mail', true);
    await page.getByRole('link', { name: 'Source' }).click();
    await page.getByText('List-Unsubscribe-Post: List-Unsubscribe=One-Click').waitFor();

    await page.goto(`${instance.running.mailboxUrl}/?query=${encodeURIComponent(`to:person-${people.de}@`)}`);
    expect(await page.getByRole('row').count()).toBe(2);
  });

  test('the phone shows texts, and lets a person answer one', async () => {
    await entryThat(instance, `person-${people.texted}`, 'has sent its text', isFinished, 'quick-text');
    const page = await open();
    await page.goto(instance.running.phoneUrl ?? '');
    await page.getByText('your basket is still here').first().waitFor();
    await page.getByRole('textbox', { name: 'Text from' }).fill('+447700900005');
    await page.getByRole('textbox', { name: 'saying' }).fill('HELP');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('cell', { name: 'HELP', exact: true }).waitFor();
    await shoot(page, 'phone');
  });

  test('Temporal’s own UI shows the entry at its address, with what it waits for in words', async () => {
    const { id } = await entryThat(instance, `person-${people.texted}`, 'waits', isWaiting);
    const { temporalUrl, workflowId } = await instance.get<{ temporalUrl: string; workflowId: string }>(`/v1/entries/${id}`);
    const page = await open({ viewport: { width: 1400, height: 1100 } }, false);
    await page.goto(temporalUrl);
    await page.getByText(workflowId).first().waitFor({ timeout: 60_000 });
    await page
      .getByText(/first · sent → Waits 1 hour/)
      .first()
      .waitFor({ timeout: 60_000 });
    await shoot(page, 'temporal');
  });

  /** A page whose console stays silent; `ours`: it loads nothing from elsewhere either. */
  async function open(options: BrowserContextOptions = {}, ours = true): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    if (!ours) return page;
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    return page;
  }

  async function firstMail(index: number): Promise<SeenMail> {
    return eventually(`the first mail to person-${index}`, async () => (await mailsTo(instance, `person-${index}@example.test`))[0]);
  }

  async function consents(index: number): Promise<Readonly<Record<string, boolean>>> {
    const profile = await profileOf(instance, `person-${index}`);
    const { now } = await instance.get<{ now: readonly { channel: string; topic: string; granted: boolean }[] }>(
      `/v1/profiles/${profile}/consents`,
    );
    return Object.fromEntries(now.map(({ channel, topic, granted }) => [`${channel}.${topic}`, granted]));
  }

  function linkOf(mail: SeenMail, purpose: 'u' | 'p' | 'v'): string {
    const link = new RegExp(`${instance.publicUrl}/${purpose}/[\\w.-]+`).exec(mail.Text)?.[0];
    if (link === undefined) throw new Error(`The mail has no link /${purpose}/.`);
    return link;
  }
});

const phoneScreen = { width: 375, height: 740 };

/** Nothing sticks out to the right, where a finger would have to push the page. */
async function expectFits(page: Page): Promise<void> {
  const width = page.viewportSize()?.width ?? 0;
  for (const part of await page.locator('main, h1, label, button, footer').all()) {
    const box = await part.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  }
}

/** For a person who wants to look: set SCREENSHOTS to a folder. */
async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}

function inLanguage(calls: readonly Call[], locale: string): readonly Call[] {
  return calls.map((call) => (call.type === 'identify' ? { ...call, traits: { ...call.traits, locale, firstName: 'Ada' } } : call));
}

/** A text at once, for a page with texts. */
function quickText(): string {
  return quickCart({ idle: 2, wait: 3600 }, 'quick-text')
    .replace(/steps:[\s\S]*/, 'steps:\n  - send: { id: text, channel: sms, template: cart-link, deadline: PT4H, not_after_start: PT47H }\n')
    .replace('name: Quick cart', 'name: Quick text');
}
