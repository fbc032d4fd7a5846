import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { type Preference, type Preferences, savePreferences, showPreferences } from '../../app/preferences.js';
import { channels } from '../../domain/channel.js';
import { readLink } from '../../domain/link-token.js';
import { formOf, readForms } from './form.js';
import { html, sendPage } from './page.js';
import { pickLanguage, wordsOf } from './words.js';

/** `/p/<token>`: what a person gets, by topic and channel. A GET shows it, a POST saves it as acts of consent. */
export function preferencePages(app: AppDeps): FastifyPluginAsync {
  return async (server) => {
    readForms(server);

    server.get<{ Params: { token: string } }>('/p/:token', async (request, reply) => {
      const id = messageOf(request.params.token);
      const shown = id === null ? null : await showPreferences(app, id);
      return answer(reply, shown, request.headers['accept-language'], null);
    });

    server.post<{ Params: { token: string } }>('/p/:token', async (request, reply) => {
      const id = messageOf(request.params.token);
      const before = id === null ? null : await showPreferences(app, id);
      if (id === null || before === null) return answer(reply, null, request.headers['accept-language'], null);
      const form = formOf(request.body);
      if (form['save'] !== 'choice' && form['save'] !== 'nothing')
        return answer(reply, before, request.headers['accept-language'], null, 400);
      const words = wordsOf(languageOf(before, request.headers['accept-language']));
      const wanted = before.preferences.map((box) => ({ ...box, wanted: form['save'] === 'choice' && form[nameOf(box)] === 'on' }));
      await savePreferences(app, id, wanted, (box) => words.box(app.shop.brand, box.channel, box.topic));
      return answer(reply, await showPreferences(app, id), request.headers['accept-language'], words.saved);
    });

    function messageOf(token: string): string | null {
      const link = readLink(app.secret, token);
      return link?.purpose === 'preferences' ? link.id : null;
    }

    function languageOf(shown: Preferences | null, accepted: string | undefined) {
      return pickLanguage(shown?.locale, accepted, app.shop.locale);
    }

    function answer(reply: FastifyReply, shown: Preferences | null, accepted: string | undefined, note: string | null, status = 200) {
      const language = languageOf(shown, accepted);
      const words = wordsOf(language);
      if (shown === null) {
        return sendPage(reply, {
          shop: app.shop,
          language,
          status: 404,
          title: words.goneTitle,
          body: html`<p>${words.gone(app.shop.brand)}</p>`,
        });
      }
      const groups = channels
        .map((channel) => ({ channel, boxes: shown.preferences.filter((box) => box.channel === channel) }))
        .filter(({ boxes }) => boxes.length > 0)
        .map(
          ({ channel, boxes }) =>
            html`<fieldset><legend>${words.channels[channel]}</legend>${boxes.map(
              (box) =>
                html`<label><input type="checkbox" name="${nameOf(box)}"${{ markup: box.wanted ? ' checked' : '' }}><span>${words.topics[box.topic]}</span></label>`,
            )}</fieldset>`,
        );
      return sendPage(reply, {
        shop: app.shop,
        language,
        status,
        title: words.preferencesTitle,
        body: html`${note === null ? html`<p>${words.preferencesIntro(app.shop.brand)}</p>` : html`<p class="note" role="status">${note}</p>`}<form method="post">${groups}<p class="soft">${words.ordersStill}</p><div class="actions"><button type="submit" name="save" value="choice">${words.save}</button><button type="submit" class="plain" name="save" value="nothing">${words.nothing}</button></div></form>`,
      });
    }
  };
}

function nameOf(box: Pick<Preference, 'channel' | 'topic'>): string {
  return `${box.channel}.${box.topic}`;
}
