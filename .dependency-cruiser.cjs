/** Who may import whom: the table of docs/architecture.md, held here. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: {
    pathNot: [
      ...allowed,
      '^node_modules/',
      'node_modules',
      '^node:',
      '^(fs|path|crypto|url|worker_threads|child_process|os|net|http|https|zlib|stream|util|timers|events|assert|module|async_hooks|tls|dns|v8|perf_hooks|readline|string_decoder|buffer|process)(/|$)',
    ],
  },
});
const pure = (name, from) => ({
  name,
  severity: 'error',
  comment: 'Pure code gets time, ids and chance as arguments, and knows no library that reaches outside.',
  from: { path: from },
  to: { dependencyTypes: ['core'], pathNot: '^(crypto|node:crypto)$' },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'type-import'] } },
    },
    only('domain-imports-nothing', '^src/domain/', ['^src/domain/']),
    pure('domain-is-pure', '^src/domain/'),
    only('journey-imports-domain', '^src/journey/', ['^src/journey/', '^src/domain/', '^src/yaml/']),
    pure('journey-is-pure', '^src/journey/'),
    only('turn-imports-domain-and-journey', '^src/turn/', ['^src/turn/', '^src/domain/', '^src/journey/']),
    pure('turn-is-pure', '^src/turn/'),
    only('policy-imports-domain', '^src/policy/', ['^src/policy/', '^src/domain/', '^src/yaml/']),
    pure('policy-is-pure', '^src/policy/'),
    only('yaml-imports-domain', '^src/yaml/', ['^src/yaml/', '^src/domain/']),
    only('simulator-is-pure', '^src/simulator/', [
      '^src/simulator/',
      '^src/domain/',
      '^src/journey/',
      '^src/turn/',
      '^src/render/',
      '^src/yaml/',
    ]),
    only('channels-import-domain', '^src/channels/', ['^src/channels/', '^src/domain/']),
    only('render-imports-domain', '^src/render/', ['^src/render/', '^src/domain/', '^src/yaml/']),
    only('store-imports-pure-parts', '^src/store/', ['^src/store/', '^src/domain/', '^src/journey/', '^src/turn/']),
    only('app-imports-no-door', '^src/app/', [
      '^src/app/',
      '^src/domain/',
      '^src/journey/',
      '^src/turn/',
      '^src/simulator/',
      '^src/channels/',
      '^src/store/',
      '^src/render/',
      '^src/policy/',
      '^src/yaml/',
      '^workflows/contract',
    ]),
    only('activities-are-thin', '^activities/', ['^activities/', '^src/app/', '^workflows/contract', '^src/domain/']),
    only('temporal-knows-the-contract', '^src/temporal/', ['^src/temporal/', '^workflows/', '^src/app/', '^src/store/', '^src/domain/']),
    only('embedded-servers-stand-alone', '^src/embedded/', ['^src/embedded/', '^src/domain/', '^src/channels/sms/']),
    only('shop-api-answers-a-port', '^src/shop-api/', ['^src/shop-api/', '^src/domain/', '^src/app/ports']),
    {
      name: 'doors-go-through-use-cases',
      severity: 'error',
      comment: 'API and CLI know use cases, never the store or a provider.',
      from: { path: '^src/(api|cli)/' },
      to: { path: '^src/(store|temporal|embedded)/|^src/channels/.*/providers/' },
    },
    {
      name: 'workflows-are-deterministic',
      severity: 'error',
      comment: 'A workflow imports @temporalio/workflow, its contract and types: no zod, no time zones, no node built-ins.',
      from: { path: '^workflows/' },
      to: { pathNot: ['^workflows/', '@temporalio/(workflow|common)'], dependencyTypesNot: ['type-only', 'type-import'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules|test)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node'] },
  },
};
