import type { Disjunction } from './filters';

/**
 * A query that the user wrote, as a list that can be asked for in several queries, if it has such a list.
 *
 * ThreatConnect's own client sends a long query in the body of a GET. n8n removes the body of every GET, so that a long
 * query has to be split, or travels in the address.
 *
 * A list can be split where the query finds all that it finds with each part of it: not behind a `not`, and not within
 * `hasAllTags(…)`. A `not` anywhere before the list rules it out, because brackets may put the list behind it.
 *
 * @param query TQL whose brackets and quotes match
 * @returns its longest list of that kind; `undefined` when it has none
 */
export function splittableList(query: string): Disjunction | undefined {
	let longest: { start: number; end: number; texts: string[] } | undefined;
	let list: { start: number; texts: string[] } | undefined;
	/** Before each bracket that is open, the word that stands there. */
	const open: string[] = [];
	let last = '';
	for (const { 0: token, index } of query.matchAll(TOKENS)) {
		const word = token.toLowerCase();
		if (word === 'not' && last !== 'is') break;
		if (token === '(') {
			open.push(last);
			const isAll = open.some((one) => one.startsWith('hasall'));
			list = last === 'in' && !isAll ? { start: index + 1, texts: [] } : undefined;
		} else if (token === ')') {
			open.pop();
			const length = longest ? longest.end - longest.start : 0;
			if (list && index - list.start > length) longest = { ...list, end: index };
			list = undefined;
		} else if (token !== ',') list?.texts.push(token);
		last = word;
	}
	if (longest === undefined || longest.texts.length < 2) return undefined;
	const { start, end, texts } = longest;
	return {
		filter: 'tql',
		texts,
		clause: (some) => `${query.slice(0, start)}${some.join(', ')}${query.slice(end)}`,
	};
}

/** Strings with what a backslash escapes in them, brackets, commas, and what stands between them. */
const TOKENS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[(),]|[^\s"'(),]+/gs;
