export const channels = ['email', 'sms'] as const;
export type Channel = (typeof channels)[number];

export const messageClasses = ['transactional', 'service', 'marketing', 'broadcast'] as const;
export type MessageClass = (typeof messageClasses)[number];
