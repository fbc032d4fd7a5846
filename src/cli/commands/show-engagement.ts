import type { ProfileEngagement } from '../../api/contract/engagement.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';
import { paragraphs, table } from '../text.js';

export const profileEngagementCommand = command({
  name: 'profile engagement <person>',
  help: 'how engaged a person is (tier and score), and why',
  run: (context, [person = '']) => showEngagement(context, person),
});

/** `profile engagement <id>`: by our own id, or by one of the shop's. */
async function showEngagement(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const profile = await findProfile(api, id);
  const engagement = await api.get<ProfileEngagement>(`/v1/profiles/${encodeURIComponent(profile.id)}/engagement`);
  const local = await context.localTime();
  const parts = engagement.score.contributions.map(({ signal, points }) => `${signal} ${points.toFixed(2)}`);
  return {
    value: engagement,
    text: paragraphs(
      tierText(engagement),
      `Score ${engagement.score.total.toFixed(2)}${parts.length === 0 ? '' : `: ${parts.join(', ')}`} (engagement policy, version ${engagement.policyVersion}).`,
      engagement.sunsetSince === null ? null : `No marketing since ${local(engagement.sunsetSince)}: no win-back was answered.`,
      engagement.fatigue.map(({ channel, sentence }) => `${channel}: ${sentence}`).join('\n'),
      engagement.mayTrack ? null : 'Opens and clicks of this person are not recorded; silence counts for nothing.',
      table(
        ['topic', 'channel', 'delivered', 'opened', 'clicked', 'caps', 'why'],
        engagement.topics.map((topic) => [
          topic.topic,
          topic.channel,
          topic.delivered,
          topic.opened,
          topic.clicked,
          `× ${topic.multiplier}`,
          topic.sentence,
        ]),
        '',
      ),
    ),
  };
}

/** Why a person holds their tier, and when it falls. */
export function tierText({ sentence, fallsSentence }: Pick<ProfileEngagement, 'sentence' | 'fallsSentence'>): string {
  return fallsSentence === null ? sentence : `${sentence} ${fallsSentence}`;
}
