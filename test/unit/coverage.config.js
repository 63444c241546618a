/** `npm run coverage`: what of the pure parts the unit tests reach; less than the floor fails. */
const floor = { lines: 88, functions: 87, branches: 85, statements: 87 };
const pure = [
	'credentials/baseUrl.ts',
	'credentials/request.ts',
	'credentials/threatConnectHmac.ts',
	'nodes/ThreatConnectGroup/indicators.ts',
	'nodes/ThreatConnectGroup/tql.ts',
	'nodes/shared/dates.ts',
	'nodes/shared/json.ts',
	'nodes/shared/pace.ts',
];

module.exports = {
	...require('../../jest.config'),
	rootDir: '../..',
	testMatch: ['<rootDir>/test/unit/*.test.ts'],
	collectCoverage: true,
	collectCoverageFrom: pure,
	coverageReporters: ['text'],
	coverageThreshold: Object.fromEntries(pure.map((file) => [`./${file}`, floor])),
};
