import { encodeComponent } from '../../../credentials/request';
import type { Disjunction } from './filters';
import { allOf } from './clauses';

/** ThreatConnect's own client sends longer queries as the body of a GET, which n8n removes. Here they are split. */
const MAX_QUERY_LENGTH = 2000;
/** Characters that are left for the other parameters, and for the window of the IDs. */
const OTHER_PARAMETERS = 400;

export const tqlOf = (disjunctions: readonly Disjunction[], query: string | undefined): string | undefined =>
	allOf([...disjunctions.map(({ texts, clause }) => clause(texts)), query]);

/** Half a character (a lone surrogate) is counted as one. It is refused when the request is made. */
const lengthInAddress = (text: string): number =>
	encodeComponent(text.replace(/\p{Surrogate}/gu, '?')).length;

/**
 * The filters of one query, or of several when it would be too long: the longest list is halved until each fits. Of the
 * user's own query nothing is split here: see `splittableList`.
 *
 * @returns nothing when a list is empty, because nothing can match then
 */
export function split(
	disjunctions: readonly Disjunction[],
	query: string | undefined,
): Array<readonly Disjunction[]> {
	if (disjunctions.some(({ texts }) => texts.length === 0)) return [];
	const isShort = lengthInAddress(tqlOf(disjunctions, query) ?? '') <= MAX_QUERY_LENGTH - OTHER_PARAMETERS;
	const [longest] = isShort
		? []
		: disjunctions
				.filter(({ texts }) => texts.length > 1)
				.map((one) => ({ one, length: lengthInAddress(one.clause(one.texts)) }))
				.sort((a, b) => b.length - a.length);
	if (longest === undefined) return [disjunctions];
	const { texts } = longest.one;
	const half = Math.ceil(texts.length / 2);
	return [texts.slice(0, half), texts.slice(half)].flatMap((some) =>
		split(
			disjunctions.map((one) => (one === longest.one ? { ...one, texts: some } : one)),
			query,
		),
	);
}

export function inIdOrder(disjunctions: readonly Disjunction[], direction: 'asc' | 'desc'): Disjunction[] {
	return disjunctions.map((one) => {
		if (one.filter !== 'id') return one;
		const texts = [...one.texts].sort(compareIds);
		return { ...one, texts: direction === 'desc' ? texts.reverse() : texts };
	});
}

/** Compares two IDs, each given in digits. */
export const compareIds = (a: string, b: string) => a.length - b.length || (a < b ? -1 : Number(a > b));

export const differInIdsOnly = (parts: ReadonlyArray<readonly Disjunction[]>): boolean =>
	parts.every((disjunctions) =>
		disjunctions.every((one, index) => one.filter === 'id' || one === parts[0]?.[index]),
	);
