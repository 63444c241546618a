import { answerCalls } from './calls';
import { type Job, offers, type Outcome, work } from './clients';

/** The process that is measured: it holds the client and nothing else. */

export type Measured = Outcome & {
	/** Wall time. */
	ms: number;
	/** Of all threads, user and system. */
	cpuMs: number;
	/** The most memory while it ran. */
	peakMiB: number;
	/** The most memory since the process began. */
	maxRssMiB: number;
};

export type Calls = {
	measure(job: Job): Promise<Measured>;
	offers(operation: string): Promise<boolean>;
};

const MIB = 1024 * 1024;

async function measure(job: Job): Promise<Measured> {
	let peak = process.memoryUsage.rss();
	const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
	const cpu = process.cpuUsage();
	const start = performance.now();
	try {
		const outcome = await work(job);
		const ms = performance.now() - start;
		const { user, system } = process.cpuUsage(cpu);
		const maxRssMiB = process.resourceUsage().maxRSS / 1024;
		return { ...outcome, ms, cpuMs: (user + system) / 1000, peakMiB: peak / MIB, maxRssMiB };
	} finally {
		clearInterval(sampling);
	}
}

answerCalls<Calls>({ measure, offers });
