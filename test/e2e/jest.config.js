/** The end-to-end tests: `npm run test:e2e`. Each file starts its own n8n, and mostly waits for it. */
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json', diagnostics: false }] },
	setupFilesAfterEnv: ['<rootDir>/test/e2e/retries.js'],
	testSequencer: '<rootDir>/test/e2e/sequencer.js',
	globalSetup: '<rootDir>/test/e2e/setup.ts',
	reporters: ['default', '<rootDir>/test/e2e/summary.js'],
	maxWorkers: 2,
	testTimeout: 900_000,
};
