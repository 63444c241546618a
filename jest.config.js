const { availableParallelism } = require('node:os');

/** The floor of what unit tests must reach of the pure parts. `npm test` runs with `--coverage`, which fails below it. */
const pure = [
	'credentials/baseUrl.ts',
	'credentials/request.ts',
	'credentials/threatConnectHmac.ts',
	'nodes/ThreatConnectGroup/fields/indicators.ts',
	'nodes/ThreatConnectGroup/fields/recognizeIndicators.ts',
	'nodes/ThreatConnectGroup/query/clauses.ts',
	'nodes/shared/http/url.ts',
	'nodes/shared/http/clock.ts',
	'nodes/shared/execution/parallelItems.ts',
	'nodes/shared/fields/dates.ts',
	'nodes/shared/http/deadline.ts',
	'nodes/shared/core/errors.ts',
	'nodes/shared/fields/filters.ts',
	'nodes/shared/fields/keys.ts',
	'nodes/shared/core/json.ts',
	'nodes/shared/fields/fieldTypes.ts',
	'nodes/shared/execution/recordOutput.ts',
	'nodes/shared/execution/returnLimit.ts',
	'nodes/shared/fields/locators.ts',
	'nodes/shared/http/lookupCache.ts',
	'nodes/shared/http/networkErrors.ts',
	'nodes/shared/http/onceOnly.ts',
	'nodes/shared/execution/itemResults.ts',
	'nodes/shared/http/circuitBreaker.ts',
	'nodes/shared/http/concurrencyLimiter.ts',
	'nodes/shared/http/sleep.ts',
	'nodes/shared/fields/record.ts',
	'nodes/shared/http/response.ts',
	'nodes/shared/http/retry.ts',
	'nodes/shared/execution/retryOnFailLog.ts',
	'nodes/shared/core/readValue.ts',
];
const floor = { lines: 99, functions: 99, branches: 86, statements: 96 };

/**
 * Unit tests and the simulators' own tests import the sources. Engine tests load the built package as n8n does.
 * Therefore `npm run test:jest` builds first.
 */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,engine,simulators,laws}/**/*.test.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json', diagnostics: false }] },
	setupFiles: ['<rootDir>/test/setup.js'],
	// Tests wait more than they compute, for responses and pauses. (Jest would read 200% as 200 workers.)
	maxWorkers: 2 * availableParallelism(),
	// Tests must not fail on a slow machine.
	testTimeout: 300_000,
	collectCoverageFrom: pure,
	coverageReporters: ['text'],
	coverageThreshold: Object.fromEntries(pure.map((file) => [`./${file}`, floor])),
};
