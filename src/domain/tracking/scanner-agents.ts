/**
 * User agents of programs that fetch what is in a message without a person asking. Lower case; a part of the header is enough. Known names
 * only: many gateways call themselves like a browser, and are recognised by their speed and by the hidden link.
 */
export const scannerAgents: readonly string[] = [
  // Mail gateways and link protection.
  'barracuda',
  'bitdefender',
  'checkpoint',
  'cisco-ironport',
  'cloudmark',
  'fireeye',
  'forcepoint',
  'fortiguard',
  'kaspersky',
  'mimecast',
  'paloalto',
  'phishtank',
  'proofpoint',
  'safelinks',
  'sophos',
  'symantec',
  'trendmicro',
  'trustwave',
  'urlscan',
  'virustotal',
  'webroot',
  'websense',
  'zscaler',
  // Previews of links, and crawlers.
  'applebot',
  'bingpreview',
  'discordbot',
  'facebookexternalhit',
  'googlebot',
  'linkedinbot',
  'pinterestbot',
  'skypeuripreview',
  'slackbot',
  'slack-imgproxy',
  'telegrambot',
  'twitterbot',
  'whatsapp/',
  'bot/',
  'crawler',
  'spider',
  // Tools and libraries.
  'apache-httpclient',
  'curl/',
  'go-http-client',
  'headlesschrome',
  'java/',
  'libwww-perl',
  'phantomjs',
  'python-requests',
  'python-urllib',
  'aiohttp',
  'wget/',
];

/** Apple's Mail Privacy Protection loads every picture by this name, whether or not anybody reads. */
export const privacyProxyAgent = 'Mozilla/5.0';
