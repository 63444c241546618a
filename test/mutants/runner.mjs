/**
 * A test runner for Stryker that runs jest's tests many times in one process. Stryker's own runner for jest starts a
 * new jest for each mutant, which loads n8n's engine anew for every test file. Here the engine, the simulators and the
 * tests are loaded once. A mutant costs only the tests that reach it, until the first one fails.
 *
 * The tests run in jest's own `jest-circus`, with jest's `expect`, mocks and fake timers. They reach the mutated code
 * in two ways: unit tests import the TypeScript, and engine tests load `dist`, which is built from the mutated sources.
 */
import { jestExpect as expect } from '@jest/expect';
import { ModernFakeTimers } from '@jest/fake-timers';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
	determineHitLimitReached,
	DryRunStatus,
	TestStatus,
	toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import * as circus from 'jest-circus';
import { ModuleMocker } from 'jest-mock';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { register } from 'tsx/cjs/api';

/** Tests by name that take more than a second, because they wait or move much data. They do not run for mutants. */
const SLOW =
	/^test\/engine\/.*(cannot be looked up|silence|port is closed|10,000|25,000|500 customers|cancelled|output schema)/;

/** Mutated code reads here which mutant is active, and notes which mutants were reached. */
const stryker = (globalThis.__stryker__ ??= {});

class Runner {
	static inject = tokens(commonTokens.options);
	/** Tests by ID. */
	tests = new Map();

	constructor({ inOneProcess }) {
		this.testFiles = inOneProcess.testFiles;
	}

	/** Code that ran while modules loaded does not run again, so Stryker starts a new process for a mutant in it. */
	capabilities() {
		return { reloadEnvironment: false };
	}

	async dryRun() {
		const result = await this.run(undefined, false);
		return { ...result, mutantCoverage: stryker.mutantCoverage };
	}

	async mutantRun({ activeMutant, testFilter, disableBail, hitLimit, mutantActivation }) {
		if (mutantActivation === 'runtime') this.load();
		Object.assign(stryker, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
		const result = await this.run(testFilter, !disableBail);
		stryker.activeMutant = undefined;
		return toMutantRunResult(determineHitLimitReached(stryker.hitCount, hitLimit) ?? result, disableBail);
	}

	async run(filter, bail) {
		this.load();
		this.bail = bail;
		const wanted = filter && new Set(filter);
		for (const [id, test] of this.tests) {
			const runs = !test.leftOut && (!wanted || wanted.has(id));
			Object.assign(test, { mode: runs ? undefined : 'skip', errors: [], status: null });
		}
		await circus.run();
		const tests = [];
		for (const [id, { name, status, duration, errors }] of this.tests) {
			if (status !== 'done') continue;
			const outcome =
				errors.length > 0
					? { status: TestStatus.Failed, failureMessage: errors.flat().map(String).join('\n') }
					: { status: TestStatus.Success };
			tests.push({ id, name, timeSpentMs: duration ?? 0, ...outcome });
		}
		return { status: DryRunStatus.Complete, tests };
	}

	load() {
		if (this.tests.size > 0) return;
		Object.assign(process.env, { NODE_ENV: 'test', N8N_LOG_LEVEL: 'silent' });
		const load = createRequire(resolve('package.json'));
		register();
		const { describe, test, it, beforeAll, beforeEach, afterAll, afterEach } = circus;
		const jest = jestObject(load);
		Object.assign(globalThis, {
			describe,
			test,
			it,
			beforeAll,
			beforeEach,
			afterAll,
			afterEach,
			expect,
			jest,
		});
		if (existsSync('dist')) {
			const { nodes, credentials } = JSON.parse(readFileSync('package.json', 'utf8')).n8n;
			for (const file of [...nodes, ...credentials]) load(resolve(file));
		}
		for (const file of this.testFiles) describe(file, () => void load(resolve(file)));
		circus.getState().testTimeout = 30_000;
		circus.addEventHandler((event) => this.on(event));
		this.collect(circus.getState().rootDescribeBlock, '');
		// Promises and timers of a mutant may fail after its tests have ended.
		process.on('unhandledRejection', () => {});
		process.on('uncaughtException', () => {});
	}

	collect(block, path) {
		for (const child of block.children) {
			const name = `${path} ${child.name}`.trim();
			if (child.type === 'describeBlock') this.collect(child, name);
			// The ID begins with a number, because names may repeat.
			else {
				const id = `${this.tests.size} ${name}`;
				this.tests.set(id, Object.assign(child, { id, leftOut: child.mode === 'skip' || SLOW.test(name) }));
			}
		}
	}

	on({ name, test }) {
		if (name === 'test_start') stryker.currentTestId = test.id;
		if (name !== 'test_done') return;
		stryker.currentTestId = undefined;
		if (this.bail && test.errors.length > 0) for (const other of this.tests.values()) other.mode = 'skip';
	}
}

/** The parts of the `jest` object that the tests use. */
function jestObject(load) {
	const mocker = new ModuleMocker(globalThis);
	const config = { fakeTimers: {}, rootDir: process.cwd() };
	const timers = new ModernFakeTimers({ config, global: globalThis });
	return {
		fn: mocker.fn.bind(mocker),
		spyOn: mocker.spyOn.bind(mocker),
		useFakeTimers: (options) => timers.useFakeTimers(options),
		useRealTimers: () => timers.useRealTimers(),
		setSystemTime: (now) => timers.setSystemTime(now),
		advanceTimersByTime: (milliseconds) => timers.advanceTimersByTime(milliseconds),
		advanceTimersByTimeAsync: async (milliseconds) => await timers.advanceTimersByTimeAsync(milliseconds),
		runAllTimersAsync: async () => await timers.runAllTimersAsync(),
		isolateModules(work) {
			const kept = { ...load.cache };
			for (const file of Object.keys(kept)) if (!file.includes('node_modules')) delete load.cache[file];
			work();
			Object.assign(load.cache, kept);
		},
	};
}

/** Stryker's own `testFiles` is set too late for mutants in code that runs while modules load. */
export const strykerValidationSchema = {
	properties: {
		inOneProcess: {
			type: 'object',
			properties: { testFiles: { type: 'array', items: { type: 'string' } } },
		},
	},
};

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-one-process', Runner)];
