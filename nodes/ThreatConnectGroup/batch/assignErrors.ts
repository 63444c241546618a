import type { JsonObject } from '../../shared/core/json';
import { type BatchItem, indicatorsOf } from './jobs';

export type BatchCounts = { errorCount?: number; successCount?: number; unprocessCount?: number };

type Verdict = {
	/** The faults of items, by item index. */
	faults: Map<number, string[]>;
	/** Faults that name no item. */
	others: string[];
	/** Not all items without a fault were imported, and it is not said which. */
	unclear: boolean;
};

/** tcex calls these critical: they are about the job, though they may name what was processed last. */
const ABOUT_THE_JOB =
	/unexpected exception while processing batch job|would exceed the number of allowed indicators/i;

/**
 * What a finished job says about its items.
 *
 * @param errors entries of its error list: `{errorReason, errorSource}`. The source is an item's XID, an indicator's
 *   summary, a place in the file such as `group[3]`, or a sentence that holds one of these.
 */
export function judge(
	job: readonly BatchItem[],
	counts: BatchCounts,
	errors: readonly JsonObject[],
): Verdict {
	const byKey = new Map<string, BatchItem[]>();
	const addKey = (key: string, item: BatchItem) => byKey.set(key, [...(byKey.get(key) ?? []), item]);
	for (const item of job) item.indicators.forEach(({ summary }) => addKey(summary, item));
	for (const item of job) byKey.set(item.xid, [item]);

	const faults = new Map<number, string[]>();
	const others: string[] = [];
	const sources = new Set<string>();
	for (const { errorReason, errorSource } of errors) {
		const reason = String(errorReason ?? 'ThreatConnect gives no reason');
		const source = String(errorSource ?? '').trim();
		const items = ABOUT_THE_JOB.test(reason) ? [] : affected(source, job, byKey);
		if (items.length === 0) others.push(reason);
		else sources.add(source);
		for (const { index } of items) faults.set(index, [...new Set([...(faults.get(index) ?? []), reason])]);
	}
	const expected = job.length + indicatorsOf(job).length - sources.size;
	const complete = (counts.successCount ?? 0) >= expected;
	const suspicious = others.length > 0 || (counts.unprocessCount ?? 0) > 0 || isSilent(counts, errors);
	return { faults, others, unclear: suspicious && !complete };
}

/** Errors were counted, but none is told. */
const isSilent = ({ errorCount = 0 }: BatchCounts, errors: readonly JsonObject[]) =>
	errorCount > 0 && errors.length === 0;

function affected(
	source: string,
	job: readonly BatchItem[],
	byKey: ReadonlyMap<string, BatchItem[]>,
): readonly BatchItem[] {
	const exact = byKey.get(source);
	if (exact) return exact;
	const place = /^(?:\$\.)?group\[(\d+)\]$/.exec(source);
	if (place) return job.slice(Number(place[1]), Number(place[1]) + 1);
	const key = longestWords(source.slice(0, LONGEST_SENTENCE), (words) => byKey.has(words));
	return key === undefined ? [] : (byKey.get(key) ?? []);
}

const LONGEST_SENTENCE = 300;

/** The longest part of a sentence that is a key, and not a part of another word; the longest, since one may hold another. */
function longestWords(sentence: string, isKey: (words: string) => boolean): string | undefined {
	const inWord = [...sentence].map((character) => /[\p{L}\p{N}_[\]-]/u.test(character));
	const characters = [...sentence];
	let longest: string | undefined;
	for (let start = 0; start < characters.length; start++) {
		if (inWord[start - 1]) continue;
		for (let end = characters.length; end > start + (longest?.length ?? 0); end--) {
			const words = inWord[end] ? '' : characters.slice(start, end).join('');
			if (words !== '' && isKey(words)) longest = words;
		}
	}
	return longest;
}
