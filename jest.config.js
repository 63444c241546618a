const { availableParallelism } = require('node:os');

/** What the unit tests must reach of the pure parts: `--coverage` fails below the floor, and `npm test` asks for it. */
const pure = [
	'credentials/baseUrl.ts',
	'credentials/request.ts',
	'credentials/threatConnectHmac.ts',
	'nodes/ThreatConnectGroup/indicators.ts',
	'nodes/ThreatConnectGroup/tql.ts',
	'nodes/shared/addresses.ts',
	'nodes/shared/clock.ts',
	'nodes/shared/concurrency.ts',
	'nodes/shared/dates.ts',
	'nodes/shared/deadline.ts',
	'nodes/shared/errors.ts',
	'nodes/shared/filters.ts',
	'nodes/shared/json.ts',
	'nodes/shared/kinds.ts',
	'nodes/shared/limit.ts',
	'nodes/shared/locators.ts',
	'nodes/shared/memo.ts',
	'nodes/shared/network.ts',
	'nodes/shared/onceOnly.ts',
	'nodes/shared/outcomes.ts',
	'nodes/shared/pace.ts',
	'nodes/shared/record.ts',
	'nodes/shared/replies.ts',
	'nodes/shared/retry.ts',
	'nodes/shared/tries.ts',
	'nodes/shared/values.ts',
];
const floor = { lines: 99, functions: 99, branches: 86, statements: 96 };

/** Unit tests import the sources; engine tests load the built package as n8n does: `npm run test:jest` builds first. */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,engine}/**/*.test.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json', diagnostics: false }] },
	setupFiles: ['<rootDir>/test/setup.js'],
	// Tests wait for answers and pauses more than they compute. (Jest takes 200% for 200 workers.)
	maxWorkers: 2 * availableParallelism(),
	// How long a machine takes is no matter of these tests.
	testTimeout: 300_000,
	collectCoverageFrom: pure,
	coverageReporters: ['text'],
	coverageThreshold: Object.fromEntries(pure.map((file) => [`./${file}`, floor])),
};
