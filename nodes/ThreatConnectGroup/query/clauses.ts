import { InvalidInput } from '../../shared/core/errors';

/**
 * ThreatConnect Query Language, as text.
 *
 * @see https://knowledge.threatconnect.com/docs/tql-operators-and-parameters
 */

/**
 * A text in quotes. Backslashes, both quotes and backticks inside need a backslash, according to ThreatConnect's
 * documentation, Filter Results, "Escape Character Sequences".
 */
export const quote = (text: string): string => `"${text.replace(/[\\"'`]/g, '\\$&')}"`;

/** A keyword with one of several texts. */
export function isOneOf(keyword: string, texts: readonly string[]): string {
	const [only, ...others] = texts.map(quote);
	return others.length === 0 ? `${keyword} = ${only}` : `${keyword} in (${[only, ...others].join(', ')})`;
}

/** All of the clauses; `undefined` when there are none. */
export function allOf(clauses: ReadonlyArray<string | undefined>): string | undefined {
	const present = clauses.filter((clause) => clause !== undefined);
	return present.length === 0 ? undefined : present.join(' and ');
}

/**
 * Active and inactive indicators. Without a clause about it, ThreatConnect lists only active ones (documentation,
 * Retrieve Indicators).
 */
export const ACTIVE_OR_NOT = '(indicatorActive = true or indicatorActive = false)';

/** From a moment on, including the moment. A day starts at midnight UTC. */
export const from = (keyword: string, date: string): string => `${keyword} >= ${quote(date)}`;

/** Before a moment, excluding the moment. */
export const before = (keyword: string, date: string): string => `${keyword} < ${quote(date)}`;

/**
 * Up to a moment, including the moment; for a day, its whole length.
 *
 * @param date `YYYY-MM-DD` or `YYYY-MM-DDTHH:mm:ssZ`
 */
export function upTo(keyword: string, date: string): string {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return `${keyword} <= ${quote(date)}`;
	const next = new Date(`${date}T00:00:00Z`);
	next.setUTCDate(next.getUTCDate() + 1);
	return before(keyword, next.toISOString().slice(0, 10));
}

/** A technique by its ID, e.g. T1059.001, or by the name of its tag. */
export const technique = (text: string): string =>
	/^T\d{4}(\.\d{3})?$/i.test(text)
		? `hasTag(techniqueId = ${quote(text.toUpperCase())})`
		: `attackTag = ${quote(text)}`;

/**
 * A query that the user wrote, in a form that can stand beside other clauses. A bracket that it closes but did not open
 * would break up the other clauses, so it is refused.
 *
 * @throws InvalidInput
 */
export function ownQuery(query: string, label: string): string {
	let depth = 0;
	// The pattern skips strings, with the characters that a backslash escapes in them.
	for (const [token] of query.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()"']/gs)) {
		if (token === '"' || token === "'") {
			throw new InvalidInput(
				`${label}: a string is not closed`,
				`Close it with ${token}; a quote inside a string needs a backslash before it.`,
			);
		}
		depth += token === '(' ? 1 : token === ')' ? -1 : 0;
		if (depth < 0) break;
	}
	if (depth === 0) return `(${query.trim()})`;
	throw new InvalidInput(
		`${label}: the brackets do not match`,
		'Close each bracket that is open, and no other.',
	);
}
