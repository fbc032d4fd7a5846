import type { PersonCaps } from '../../api/contract/caps.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';
import { paragraphs, table } from '../text.js';

export const profileCapsCommand = command({
  name: 'profile caps <person>',
  help: 'how many messages a person may still get and why, and the slots promised',
  run: (context, [person = '']) => showCaps(context, person),
});

/** `profile caps <id>`: by our own id, or by one of the shop's. */
async function showCaps(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, id);
  const caps = await api.get<PersonCaps>(`/v1/profiles/${encodeURIComponent(profile.id)}/caps`);
  const local = await context.localTime();
  const room = (nextFreeAt: string | null): string =>
    nextFreeAt === null ? 'never' : Date.parse(nextFreeAt) <= Date.parse(caps.at) ? 'now' : local(nextFreeAt);
  return {
    value: caps,
    text: paragraphs(
      `${caps.tierSentence} Caps of version ${caps.policyVersion}.`,
      table(
        ['cap', 'over', 'in', 'used', 'promised', 'room', 'why'],
        caps.rules.map((rule) => [
          rule.rule,
          [rule.channels?.join(', ') ?? 'all channels', ...(rule.topics === null ? [] : [rule.topics.join(', ')])].join(': '),
          rule.window,
          `${rule.used} of ${rule.limit}`,
          rule.promisedAt.length === 0 ? '' : rule.promisedAt.map((at) => local(at)).join(', '),
          room(rule.nextFreeAt),
          [rule.why, ...rule.headroom.map((one) => `${one.keepFree} kept free from priority ${one.priorityUpTo} or lower`)]
            .filter((part) => part !== '')
            .join('; '),
        ]),
        'No cap applies to this person.',
      ),
      table(
        ['promised', 'message', 'channel', 'topic', 'priority'],
        caps.promised.map((one) => [local(one.slotAt), one.messageId, one.channel, one.topic, one.priority]),
        '',
      ),
    ),
  };
}
