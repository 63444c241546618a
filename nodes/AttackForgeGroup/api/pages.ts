import { ServiceFailure } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';

/** AttackForge's lists with `skip` and `limit`, whose order is not documented. */

/** The most entries of one page where the API has pages. */
const PAGE_SIZE = 500;

/**
 * How many entries of a page the next page repeats, at most a quarter of them. If fewer leave the pages before, none is
 * missed.
 */
const OVERLAP = 20;

/** How often the reading goes back before the list counts as one that changes too fast to be read. */
const MAX_STEPS_BACK = 10;

/** How often a list that changes meanwhile is read, at most. */
const MAX_READINGS = 3;

/**
 * All pages, or as many as the limit needs. A page that is shorter than requested does not end the list, because the
 * service may return fewer entries. The list ends with an empty page, or with one that repeats the last.
 *
 * Others may change the list while it is read. Each entry is returned once. A page begins with entries of the page
 * before. If it does not, entries have moved to pages that were read, so the reading goes back, each time twice as far.
 * If a page brings more or fewer new entries than it would in a list that nobody changes, the list is read again until a
 * reading adds nothing.
 *
 * @param readPage reads as many entries as the limit says, or fewer, after those that are skipped
 * @param id the key of the entries' ID
 * @throws ServiceFailure when the service repeats a full page, or the list changes too fast
 */
export async function readPages(
	readPage: (skip: number, limit: number) => Promise<JsonObject[]>,
	id: string,
	limit: number,
): Promise<JsonObject[]> {
	const all: JsonObject[] = [];
	const seen = new Set<unknown>();
	const keyOf = (entry: JsonObject) => entry[id] ?? JSON.stringify(entry);
	const size = Math.min(PAGE_SIZE, limit);
	let skip = 0;
	let overlap = 0;
	let longest = 0;
	let stepsBack = 0;
	let readings = 1;
	let hasMoved = false;
	/** Entries without IDs cannot be told apart, so that what moved cannot be seen. */
	let haveIds = true;
	/** The keys of the last page. */
	let last = '';
	const goTo = (position: number) => {
		skip = position;
		if (skip === 0) overlap = 0;
		last = '';
	};
	while (all.length < limit) {
		const page = await readPage(skip, size);
		const [first] = page;
		if (overlap > 0 && !(first && seen.has(keyOf(first)))) {
			if (++stepsBack > MAX_STEPS_BACK) throw movingList();
			goTo(Math.max(0, skip - longest * 2 ** (stepsBack - 1)));
			continue;
		}
		const added = page.filter((entry) => !seen.has(keyOf(entry)));
		for (const entry of added) {
			seen.add(keyOf(entry));
			all.push(entry);
		}
		if (added.length !== (readings === 1 ? page.length - overlap : 0)) hasMoved = true;
		// A page with more entries than requested is the complete list, of a service that has no pages.
		if (page.length > size) break;
		if (page.length === 0) {
			if (!hasMoved || !haveIds || readings === MAX_READINGS) break;
			readings += 1;
			hasMoved = false;
			goTo(0);
			continue;
		}
		const keys = JSON.stringify(page.map(keyOf));
		if (keys === last) {
			// A full page that repeats the last one would hide the entries after it.
			if (page.length === size) throw samePage();
			break;
		}
		last = keys;
		longest = Math.max(longest, page.length);
		haveIds &&= page.every((entry) => !isUnset(entry[id]));
		// After a page that is shorter than others, the list probably ends.
		const isLast = page.length < longest;
		overlap = isLast || !haveIds ? 0 : Math.min(OVERLAP * 2 ** stepsBack, Math.floor(page.length / 4));
		skip += page.length - overlap;
	}
	return all.slice(0, limit);
}

const samePage = () =>
	new ServiceFailure(
		'AttackForge gave the same page twice, so that what comes after it cannot be read',
		'Set a limit of up to 500 instead of Return All, or add filters.',
	);

const movingList = () =>
	new ServiceFailure(
		'AttackForge changed the list again and again while it was read, so that entries may be missing',
		'Try again later, set a limit of up to 500 instead of Return All, or add filters.',
	);
