import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { errorDescription, errorMessage, escapeHtml, withoutMarkup } from '../core/errors';

type Search = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

/** Characters of a name in a drop-down, which has one line. */
const LONGEST_NAME = 200;

/** An entry of a drop-down, whose name and description come from the service. The value stays as it is. */
export const forEditor = <T extends { name: string; description?: string }>(entry: T): T => ({
	...entry,
	name: withoutMarkup(entry.name, LONGEST_NAME),
	...(entry.description !== undefined && { description: escapeHtml(entry.description) }),
});

/** If a list cannot be loaded, n8n shows only the message. Therefore the message has to say what to do. */
export const withAdvice = (search: Search): Search =>
	async function (this: ILoadOptionsFunctions, ...parameters) {
		try {
			const found = await search.apply(this, parameters);
			return { ...found, results: found.results.map(forEditor) };
		} catch (error) {
			const words = [errorMessage(error).replace(/\.$/, ''), errorDescription(error)].filter(Boolean);
			const message = withoutMarkup(words.join('. '));
			const shown = new NodeOperationError(this.getNode(), message);
			// n8n replaces a message that holds a network code, unless the message is set afterwards.
			shown.message = message;
			throw shown;
		}
	};

/** Entries whose name contains the text, or whose value equals it, in the order in which they are given. */
export function containing<T extends INodeListSearchItems>(entries: readonly T[], filter = ''): T[] {
	const wanted = filter.toLowerCase();
	return entries.filter(
		({ name, value }) => name.toLowerCase().includes(wanted) || String(value).toLowerCase() === wanted,
	);
}

/** The same in alphabetical order. */
export const matching = (entries: readonly INodeListSearchItems[], filter?: string): INodeListSearchItems[] =>
	containing(entries, filter).sort((a, b) => a.name.localeCompare(b.name));
