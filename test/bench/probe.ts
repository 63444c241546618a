import { monitorEventLoopDelay } from 'node:perf_hooks';

import { answerCalls } from './calls';
import { type Job, offers, type Outcome, type Target, work } from './clients';
import { prepareFile, removeFile } from './files';
import { type FormCost, formCosts } from './form';

/** The measured process, which holds only the client. */

export type Measured = Outcome & {
	/** Wall time in milliseconds. */
	ms: number;
	/** CPU time of all threads, user and system, in milliseconds. */
	cpuMs: number;
	/** Memory before the client ran. */
	startMiB: number;
	/** The peak of memory while the client ran. */
	peakMiB: number;
	/** The peak of memory since the process began. */
	maxRssMiB: number;
	/** The longest time in which no other task got its turn. */
	longestPauseMs: number;
};

export type Calls = {
	measure(job: Job): Promise<Measured>;
	offers(operation: string): Promise<boolean>;
	prepareFile(target: Target, mib: number): Promise<void>;
	removeFile(): Promise<void>;
	formCosts(): Promise<Record<string, FormCost>>;
};

const MIB = 1024 * 1024;

async function measure(job: Job): Promise<Measured> {
	const start = process.memoryUsage.rss();
	let peak = start;
	const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
	const pauses = monitorEventLoopDelay({ resolution: 10 });
	pauses.enable();
	const cpu = process.cpuUsage();
	const begin = performance.now();
	try {
		const outcome = await work(job);
		const ms = performance.now() - begin;
		const { user, system } = process.cpuUsage(cpu);
		const maxRssMiB = process.resourceUsage().maxRSS / 1024;
		const memory = { startMiB: start / MIB, peakMiB: peak / MIB, maxRssMiB };
		// A late turn is counted only after it has come.
		await new Promise((resolve) => setTimeout(resolve, 50));
		const longestPauseMs = pauses.max / 1e6;
		return { ...outcome, ms, cpuMs: (user + system) / 1000, ...memory, longestPauseMs };
	} finally {
		pauses.disable();
		clearInterval(sampling);
	}
}

answerCalls<Calls>({ measure, offers, prepareFile, removeFile, formCosts });
