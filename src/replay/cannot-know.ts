/** What a replay does not know, in the order of weight. */
export const cannotKnow = [
  {
    code: 'answers',
    sentence:
      'Nobody can open, click, reply to or complain about a message that never went out: a step that waits for that goes the way of nobody answering.',
  },
  {
    code: 'team',
    sentence:
      'Nobody of the team closes a task, and no program answers a webhook: a hold of a hand-off ends by its time, and a wait for an answer goes the way of none. Holds that the team made are left out.',
  },
  {
    code: 'orders',
    sentence:
      'An order that a message would have caused, or kept from coming, is not there: people order as they did, whatever they are sent.',
  },
  {
    code: 'providers',
    sentence:
      'Every provider takes every message at once; none bounces. What bounced, was refused or unsubscribed in truth is refused from then on.',
  },
  {
    code: 'now',
    sentence:
      'Policies, templates, segments, experiments and the journeys beside it are those of today, and so is who gets which arm; the fifth of all buyers that somebody was in (`rfm`) is unknown; pauses, the shop’s order look-up and its budget of texts are left out.',
  },
  {
    code: 'before',
    sentence:
      'Who was in a journey when the replay begins goes on as they really did, and counts nowhere; messages of broadcasts and the shop’s own are as they were.',
  },
] as const;
