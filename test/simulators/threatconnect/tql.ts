import { refusalAbout } from './errors';
import type { GroupRow } from './state';

/** Quotes, backticks and backslashes inside must be escaped. */
const STRING = '"((?:[^"\'`\\\\]|\\\\.)*)"';
const BY_NAME = new RegExp(`^summary = ${STRING} and typeName = ${STRING} and ownerName = ${STRING}$`, 's');

/** docs: filter_results, "Escape Character Sequences": a backslash before quotes, backticks and backslashes. */
const unescaped = (text = '') => text.replace(/\\(.)/gs, '$1');

/**
 * The one place that understands TQL. So far it knows the look-up of a group by name, type and owner; whatever else is
 * a query that this simulator cannot answer, and says so.
 */
export function tqlFilter(query: string): (group: GroupRow) => boolean {
	const parts = BY_NAME.exec(query);
	if (!parts) throw refusalAbout('TqlParseError', `This query is not simulated: ${query}`);
	const [summary, typeName, ownerName] = parts.slice(1).map(unescaped);
	// docs: the case of a summary does not matter.
	return (group) =>
		group.name.toLowerCase() === summary?.toLowerCase() &&
		group.type === typeName &&
		group.ownerName === ownerName;
}

/** TQL of the other endpoints: not simulated. */
export function noTql(query: string): never {
	throw refusalAbout('TqlParseError', `This query is not simulated: ${query}`);
}
