import type { LocalPlace } from '../local-server.js';

export interface PhoneOptions extends LocalPlace {
  /** 0 takes a free one. */
  readonly httpPort: number;
  /** What the service must log in with; webhooks are signed with the token. */
  readonly accountSid: string;
  readonly authToken: string;
  /** Where inbound texts are delivered; may come later, by `setInboundUrl`. */
  readonly inboundUrl?: string;
  /** Keeps the texts over a restart; without it they lie in a throw-away folder. */
  readonly dataDir?: string;
  /** Ends the thread that it runs in, at once; absent where it has none of its own. */
  readonly die?: () => void;
}
