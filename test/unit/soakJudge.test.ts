import { judge } from '../soak/judge';

/** When the soak fails, shown with heaps in MiB, one a minute. */

const measured = (heaps: number[], more: object = {}) =>
	heaps.map((heapMiB, minute) => ({
		minute,
		heapMiB,
		rssMiB: 200,
		items: (minute + 1) * 1000,
		failed: 0,
		open: { PipeWrap: 3 },
		...more,
	}));

test('a heap that settles passes, also if one measurement is high', () => {
	expect(judge(measured([60, 70, 75, 76, 75, 77]))).toEqual([]);
	expect(judge(measured([60, 70, 75, 76, 75, 140]))).toEqual([]);
});

test('a heap that keeps growing fails', () => {
	expect(judge(measured([60, 80, 100, 120, 140, 160]))).toEqual([
		expect.stringMatching(/The heap grew by 40\.0 MiB in the second half/),
	]);
});

test('open sockets and failed items fail', () => {
	expect(judge(measured([60, 60, 60, 60], { open: { TCPSocketWrap: 2 } }))).toHaveLength(4);
	expect(judge(measured([60, 60, 60, 60], { failed: 3 }))).toEqual(['3 items failed.']);
});

test('too few measurements, or no requests, fail', () => {
	expect(judge(measured([60, 60]))).toEqual(['Too little was measured.']);
	expect(judge(measured([60, 60, 60, 60], { items: 0 }))).toEqual(['Too little was measured.']);
});
