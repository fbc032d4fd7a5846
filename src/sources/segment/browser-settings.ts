/**
 * What analytics.js 2 (`@segment/analytics-next`) asks its CDN for before it sends anything: that the only destination is us, where we are,
 * and that it need not send measurements about itself.
 */
export function browserSettings(writeKey: string, publicUrl: string) {
  const [protocol = 'https', address = ''] = publicUrl.split('://');
  const apiHost = `${address}/v1`;
  const enabled = { __default: { enabled: true, integrations: {} } };
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost,
        protocol,
        unbundledIntegrations: [],
        addBundledMetadata: true,
        maybeBundledConfigIds: {},
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: { track: enabled, identify: enabled, group: enabled },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0, host: apiHost },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}
