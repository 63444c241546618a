import type { Measurement } from './nodes';

/** MiB by which the heap may grow in the second half, because the caches of n8n and of the compiler settle slowly. */
const GROWTH_MIB = 12;
/** Bytes that each item may leave behind. */
const PER_ITEM = 100;

const MIB = 1024 * 1024;
const SOCKETS = ['TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'TCPConnectWrap'];

const lowest = (measurements: readonly Measurement[]) =>
	Math.min(...measurements.map(({ heapMiB }) => heapMiB));

/** What is wrong with a soak. Empty when memory has settled and no socket is open between two rounds. */
export function judge(measurements: readonly Measurement[]): string[] {
	const faults: string[] = [];
	const middle = Math.floor(measurements.length / 2);
	const [last] = measurements.slice(-1);
	const halfway = measurements[middle];
	if (!last || !halfway || measurements.length < 4 || last.items === 0) return ['Too little was measured.'];
	// The lower of two measurements, because one may be taken at a peak.
	const before = lowest(measurements.slice(middle - 1, middle + 1));
	const after = lowest(measurements.slice(-2));
	const bound = GROWTH_MIB + ((last.items - halfway.items) * PER_ITEM) / MIB;
	if (after - before > bound) {
		faults.push(
			`The heap grew by ${(after - before).toFixed(1)} MiB in the second half; ${bound.toFixed(1)} MiB would do.`,
		);
	}
	for (const { minute, open } of measurements) {
		for (const kind of SOCKETS) {
			if (open[kind]) faults.push(`After ${minute.toFixed(1)} minutes ${open[kind]} of ${kind} were open.`);
		}
	}
	if (last.failed > 0) faults.push(`${last.failed} items failed.`);
	return faults;
}
