import { firstOf, type ReportFields, readFieldBlocks } from './report-fields.js';

/** A person's complaint as their mailbox provider passes it on (RFC 5965). Addresses in it are personal data, and are often blacked out. */
export interface FeedbackReport {
  /** `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure`, `opt-out` …; lower case. */
  readonly feedbackType: string;
  /** All fields; some may be repeated. */
  readonly fields: ReportFields;
}

/** Reads a `message/feedback-report` part. Null: it lacks what the format needs (Feedback-Type, User-Agent, Version). */
export function readFeedbackReport(text: string): FeedbackReport | null {
  const [fields] = readFieldBlocks(text);
  const feedbackType = fields && firstOf(fields, 'feedback-type');
  if (!fields || !feedbackType || !fields.has('user-agent') || !fields.has('version')) return null;
  return { feedbackType: feedbackType.toLowerCase(), fields };
}
