/** Unit tests import the sources; engine tests load the built package as n8n does: `npm run test:jest` builds first. */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,engine}/**/*.test.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json', diagnostics: false }] },
	setupFiles: ['<rootDir>/test/setup.js'],
	maxWorkers: '100%',
	testTimeout: 30_000,
};
