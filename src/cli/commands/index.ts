import type { Command } from '../command.js';
import { apiKeyCreateCommand, apiKeyListCommand, apiKeyRevokeCommand, apiKeyRotateCommand } from './api-keys.js';
import { auditListCommand } from './audit.js';
import { breakerListCommand, breakerResetCommand } from './breakers.js';
import {
  broadcastCancelCommand,
  broadcastListCommand,
  broadcastPauseCommand,
  broadcastResumeCommand,
  broadcastShowCommand,
  broadcastStartCommand,
} from './broadcasts.js';
import { journeyCallCommand } from './call-journey.js';
import { callListCommand, callRetryCommand, receiverKeyCommand, receiverListCommand } from './calls.js';
import { sendCheckCommand } from './check-send.js';
import { consentListCommand, profileConsentCommand, profileConsentsCommand, profileExportCommand } from './consents.js';
import { journeyArchiveCommand, journeyPauseCommand, journeyResumeCommand } from './control-journey.js';
import { pauseCommand, resumeCommand } from './control-sending.js';
import {
  deadLetterDiscardCommand,
  deadLetterListCommand,
  deadLetterResolveCommand,
  deadLetterRetryCommand,
  deadLetterShowCommand,
} from './dead-letters.js';
import { definitionCommands, definitionGroups } from './definitions.js';
import { eventContractsCommand } from './event-contracts.js';
import {
  experimentDecideCommand,
  experimentExportCommand,
  experimentListCommand,
  experimentPlanCommand,
  experimentShowCommand,
  holdoutListCommand,
} from './experiments.js';
import { messageListCommand, messageWhyCommand } from './explain-message.js';
import { fieldListCommand } from './fields.js';
import { profileFindCommand } from './find-profile.js';
import { profileHoldCommand, profileReleaseCommand, profileSnoozeCommand } from './holds.js';
import { importCommands, importListCommand } from './imports.js';
import { inboundListCommand, inboundReviewCommand } from './inbound-messages.js';
import { writeKeyActsCommand, writeKeyUndoCommand } from './key-acts.js';
import { writeKeyCreateCommand, writeKeyListCommand, writeKeyRevokeCommand, writeKeyRotateCommand } from './keys.js';
import { journeyLintCommand } from './lint-journeys.js';
import { templateLintCommand } from './lint-templates.js';
import { eventListCommand } from './list-events.js';
import { mergeListCommand, mergeUndoCommand } from './merges.js';
import { offerCodeCommand, offerImportCodesCommand, offerPromisesCommand, offerReportCommand } from './offers.js';
import { backupCommand, reconcileCommand, statusCommand } from './operate.js';
import { policyLintCommand, policyListCommand, policyPublishCommand, policyShowCommand } from './policies.js';
import { productImportCommand, productListCommand, productShowCommand } from './products.js';
import { journeyPublishCommand } from './publish-journey.js';
import { publishCommand } from './publish-project.js';
import { shopPublishCommand } from './publish-shop.js';
import { recommendationsStatusCommand } from './recommendations.js';
import { replayCommand } from './replay-journey.js';
import { journeyReportCommand } from './report-journey.js';
import { secretCarryOverCommand, secretListCommand, secretRetireCommand } from './secrets.js';
import { segmentExplainCommand, segmentMembersCommand, segmentSizesCommand } from './segments.js';
import { shopifyCheckCommand, shopifyConnectCommand, shopifyMakeCodesCommand } from './shopify.js';
import { profileCapsCommand } from './show-caps.js';
import { configCommand } from './show-config.js';
import { profileEngagementCommand } from './show-engagement.js';
import { entryExitCommand, entryListCommand, entryShowCommand, stuckListCommand, stuckRestartCommand } from './show-entries.js';
import { eventShowCommand } from './show-event.js';
import { journeyListCommand, journeyShowCommand } from './show-journeys.js';
import { profileEraseCommand, profileShowCommand } from './show-profile.js';
import { simulateCommand } from './simulate-journey.js';
import { messageAgainCommand, profileTakeOutCommand } from './support.js';
import { suspectIdListCommand } from './suspect-ids.js';
import { taskAssignCommand, taskCloseCommand, taskListCommand, taskShowCommand } from './tasks.js';
import { templateListCommand, templatePreviewCommand, templatePublishCommand, templateTestSendCommand } from './templates.js';
import { tourCommand } from './tour.js';
import { profileUnsuppressCommand } from './unsuppress.js';
import { userTokenSecretRotateCommand, userTokenSecretShowCommand } from './user-token-secret.js';
import { whyCommand } from './why.js';

/** Experiments have more to show than their versions. */
const experimentCommands = [
  experimentListCommand,
  experimentShowCommand,
  experimentPlanCommand,
  experimentDecideCommand,
  experimentExportCommand,
  holdoutListCommand,
];
const own: readonly string[] = experimentCommands.map(({ name }) => name);

/**
 * All commands, in the order of the help. To add one: a file here that exports its specification (`command({ … })`: how it is typed, what
 * help says, its options, what it does), and a line below. What is heavy to load (schemas, YAML, templates) it imports when it runs, as
 * `../work/` does, so that help stays quick.
 */
export const commands: readonly Command[] = [
  tourCommand,
  publishCommand,
  simulateCommand,
  replayCommand,
  shopPublishCommand,
  shopifyConnectCommand,
  shopifyCheckCommand,
  shopifyMakeCodesCommand,
  templateLintCommand,
  templateListCommand,
  templatePreviewCommand,
  templateTestSendCommand,
  templatePublishCommand,
  policyLintCommand,
  policyPublishCommand,
  policyListCommand,
  policyShowCommand,
  ...definitionCommands.filter(({ name }) => !own.includes(name)),
  ...experimentCommands,
  fieldListCommand,
  offerReportCommand,
  offerPromisesCommand,
  offerCodeCommand,
  offerImportCodesCommand,
  segmentExplainCommand,
  segmentMembersCommand,
  segmentSizesCommand,
  productListCommand,
  productShowCommand,
  productImportCommand,
  ...importCommands,
  importListCommand,
  recommendationsStatusCommand,
  journeyLintCommand,
  journeyPublishCommand,
  journeyListCommand,
  journeyShowCommand,
  journeyCallCommand,
  journeyPauseCommand,
  journeyResumeCommand,
  journeyArchiveCommand,
  journeyReportCommand,
  broadcastStartCommand,
  broadcastListCommand,
  broadcastShowCommand,
  broadcastPauseCommand,
  broadcastResumeCommand,
  broadcastCancelCommand,
  whyCommand,
  profileFindCommand,
  profileShowCommand,
  profileCapsCommand,
  profileEngagementCommand,
  profileConsentsCommand,
  profileConsentCommand,
  profileTakeOutCommand,
  profileHoldCommand,
  profileSnoozeCommand,
  profileReleaseCommand,
  profileUnsuppressCommand,
  profileExportCommand,
  profileEraseCommand,
  taskListCommand,
  taskShowCommand,
  taskCloseCommand,
  taskAssignCommand,
  callListCommand,
  callRetryCommand,
  receiverListCommand,
  receiverKeyCommand,
  consentListCommand,
  mergeListCommand,
  mergeUndoCommand,
  suspectIdListCommand,
  entryListCommand,
  entryShowCommand,
  entryExitCommand,
  stuckListCommand,
  stuckRestartCommand,
  messageListCommand,
  messageWhyCommand,
  messageAgainCommand,
  sendCheckCommand,
  inboundListCommand,
  inboundReviewCommand,
  eventListCommand,
  eventShowCommand,
  eventContractsCommand,
  deadLetterListCommand,
  deadLetterRetryCommand,
  deadLetterShowCommand,
  deadLetterDiscardCommand,
  deadLetterResolveCommand,
  statusCommand,
  configCommand,
  backupCommand,
  reconcileCommand,
  pauseCommand,
  resumeCommand,
  breakerListCommand,
  breakerResetCommand,
  writeKeyListCommand,
  writeKeyCreateCommand,
  writeKeyRotateCommand,
  writeKeyRevokeCommand,
  writeKeyActsCommand,
  writeKeyUndoCommand,
  apiKeyListCommand,
  apiKeyCreateCommand,
  apiKeyRotateCommand,
  apiKeyRevokeCommand,
  userTokenSecretShowCommand,
  userTokenSecretRotateCommand,
  secretListCommand,
  secretCarryOverCommand,
  secretRetireCommand,
  auditListCommand,
];

/** What help says of the first word of commands that have two. */
export const groups: Readonly<Record<string, string>> = {
  shop: 'the shop’s own data: shop.yaml',
  template: 'templates: check, preview, test, publish',
  policy: 'policies: caps, engagement, quiet hours, topics, classes',
  ...definitionGroups,
  product: 'products: what the shop sells',
  import: 'people, orders, products and consents from files',
  shopify: 'the connection to Shopify',
  recommendations: 'what is learnt from orders for recommendations',
  journey: 'journeys: check, publish, stop, report',
  broadcast: 'one message to many people',
  profile: 'people: find, explain, consent, export, erase',
  task: 'what journeys handed over to the team',
  call: 'what journeys tell the shop’s own programs and people',
  receiver: 'receivers of shop.yaml, and the keys that sign for them',
  consent: 'consents of all people',
  merge: 'known people who became one',
  'suspect-id': 'user ids that would merge strangers',
  entry: 'entries: one person’s run through a journey',
  stuck: 'entries that cannot continue by themselves',
  message: 'messages, and why they were sent or not',
  inbound: 'inbound texts',
  event: 'events of the shop, and their effect',
  'dead-letter': 'events and mails that could not be accepted',
  breaker: 'journeys and mailbox providers stopped by too many bounces or complaints',
  'write-key': 'keys of the shop’s event clients',
  'api-key': 'keys of the API: what each may do, who made it, when it was used',
  'user-token-secret': 'the secret that signs user tokens',
  secret: 'the secrets of links, message ids and suppressions: rotation',
  audit: 'who did, read or exported what, about which person',
};
