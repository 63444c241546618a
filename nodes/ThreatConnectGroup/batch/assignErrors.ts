import type { JsonObject } from '../../shared/core/json';
import { type BatchItem, indicatorsOf } from './packJobs';

export type BatchCounts = { errorCount?: number; successCount?: number; unprocessCount?: number };

type Verdict = {
	/** The faults of items, by item index. */
	faults: Map<number, string[]>;
	/** Faults that name no item. */
	others: string[];
	/** Whether some items without a fault were not imported, and the service does not say which. */
	unclear: boolean;
	/** The server counts as many successes as there are items without a fault. */
	complete: boolean;
};

/**
 * tcex calls these errors critical. They are about the job, although they may name the object that was processed last.
 */
const ABOUT_THE_JOB =
	/unexpected exception while processing batch job|would exceed the number of allowed indicators/i;

/** One indicator may be in every group of a job. Each of its faults is then reported for each of these groups. */
const MAX_REASONS_PER_KEY = 20;

/**
 * Assigns the errors of a finished job to its items. The work grows with the number of groups, indicators and errors,
 * not with their product, because a job has up to 25,000 groups, and as many errors.
 *
 * @param errors entries of the job's error list: `{errorReason, errorSource}`. The source is an item's XID, an
 *   indicator's summary, a place in the file such as `group[3]`, or a sentence that contains one of these.
 */
export function assignErrors(
	job: readonly BatchItem[],
	counts: BatchCounts,
	errors: readonly JsonObject[],
): Verdict {
	const byKey = itemsByKey(job);
	const index = new KeyIndex(byKey);
	const xidsOfAssociations = job.flatMap(({ xid, associations }) => associations.map(() => xid));
	const reasonsByKey = new Map<string, Set<string>>();
	const others: string[] = [];
	const sources = new Set<string>();
	for (const { errorReason, errorSource } of errors) {
		const reason = String(errorReason ?? 'ThreatConnect gives no reason');
		const source = String(errorSource ?? '').trim();
		const key = ABOUT_THE_JOB.test(reason) ? undefined : keyOf(source, job, xidsOfAssociations, index);
		if (key === undefined) {
			others.push(reason);
			continue;
		}
		sources.add(source);
		const reasons = reasonsByKey.get(key) ?? new Set();
		reasonsByKey.set(key, reasons);
		if (reasons.size < MAX_REASONS_PER_KEY) reasons.add(reason);
	}
	const faults = new Map<number, string[]>();
	for (const [key, reasons] of reasonsByKey) {
		for (const item of byKey.get(key) ?? []) {
			faults.set(item.index, [...new Set([...(faults.get(item.index) ?? []), ...reasons])]);
		}
	}
	const expected = job.length + indicatorsOf(job).length - sources.size;
	const complete = (counts.successCount ?? 0) >= expected;
	const suspicious = others.length > 0 || (counts.unprocessCount ?? 0) > 0 || isSilent(counts, errors);
	return { faults, others, unclear: suspicious && !complete, complete };
}

/** The items that have an XID or the summary of an indicator. An XID comes first. */
function itemsByKey(job: readonly BatchItem[]): Map<string, BatchItem[]> {
	const byKey = new Map<string, BatchItem[]>();
	for (const item of job) {
		for (const summary of new Set(item.indicators.map((one) => one.summary))) {
			const items = byKey.get(summary);
			if (items) items.push(item);
			else byKey.set(summary, [item]);
		}
	}
	for (const item of job) byKey.set(item.xid, [item]);
	return byKey;
}

/** Errors were counted, but none is listed. */
const isSilent = ({ errorCount = 0 }: BatchCounts, errors: readonly JsonObject[]) =>
	errorCount > 0 && errors.length === 0;

/** What an error is about: an XID or the summary of an indicator. */
function keyOf(
	source: string,
	job: readonly BatchItem[],
	xidsOfAssociations: readonly string[],
	index: KeyIndex,
): string | undefined {
	if (index.has(source)) return source;
	const [, list, place] = /^(?:\$\.)?(group|association)\[(\d+)\]$/.exec(source) ?? [];
	if (list === 'group') return job[Number(place)]?.xid;
	if (list === 'association') return xidsOfAssociations[Number(place)];
	return index.longestIn(source.slice(0, LONGEST_SENTENCE));
}

const LONGEST_SENTENCE = 300;

const WORD = /[\p{L}\p{N}_[\]-]/u;

/** Keys that a sentence may contain. Their first words and lengths tell where to look for them. */
export class KeyIndex {
	/** Lengths of keys by their first word, the longest first. */
	private readonly lengths = new Map<string, number[]>();

	constructor(private readonly keys: Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>) {
		const found = new Map<string, Set<number>>();
		for (const key of keys.keys()) {
			const word = key.slice(0, endOfWord(key, wordsOf(key), 0));
			const lengths = found.get(word);
			if (lengths) lengths.add(key.length);
			else found.set(word, new Set([key.length]));
		}
		for (const [word, lengths] of found)
			this.lengths.set(
				word,
				[...lengths].sort((a, b) => b - a),
			);
	}

	has(key: string): boolean {
		return this.keys.has(key);
	}

	/** The longest key in a sentence that is not part of a longer word. One key may contain another. */
	longestIn(sentence: string): string | undefined {
		const inWord = wordsOf(sentence);
		let longest: string | undefined;
		for (let start = 0; start < sentence.length; start++) {
			if (inWord[start - 1]) continue;
			const lengths = this.lengths.get(sentence.slice(start, endOfWord(sentence, inWord, start))) ?? [];
			for (const length of lengths) {
				if (length <= (longest?.length ?? 0)) break;
				const isWhole = start + length <= sentence.length && !inWord[start + length];
				const part = isWhole ? sentence.slice(start, start + length) : '';
				if (part !== '' && this.keys.has(part)) longest = part;
			}
		}
		return longest;
	}
}

/** For each place in a text, whether it is within a word. */
function wordsOf(text: string): boolean[] {
	const inWord: boolean[] = [];
	for (const character of text) {
		const isWord = WORD.test(character);
		// A character beyond 16 bits takes two places in a string.
		for (let part = 0; part < character.length; part++) inWord.push(isWord);
	}
	return inWord;
}

/** The end of the word that begins at a place, or of the one character there. */
function endOfWord(text: string, inWord: readonly boolean[], start: number): number {
	if (!inWord[start]) return start + String.fromCodePoint(text.codePointAt(start) ?? 0).length;
	let end = start;
	while (inWord[end]) end += 1;
	return end;
}
