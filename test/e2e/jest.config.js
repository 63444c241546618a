/** The end-to-end tests: `npm run test:e2e`. One after the other, since each starts an n8n of its own. */
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json', diagnostics: false }] },
	globalSetup: '<rootDir>/test/e2e/setup.ts',
	reporters: ['default', '<rootDir>/test/e2e/summary.js'],
	maxWorkers: 1,
	testTimeout: 300_000,
};
