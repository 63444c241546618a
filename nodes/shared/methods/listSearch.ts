import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { errorDescription, errorMessage } from '../core/errors';

type Search = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

/** Of a list that cannot be loaded, n8n shows the message alone: what to do has to stand in it. */
export const withAdvice = (search: Search): Search =>
	async function (this: ILoadOptionsFunctions, ...parameters) {
		try {
			return await search.apply(this, parameters);
		} catch (error) {
			const words = [errorMessage(error).replace(/\.$/, ''), errorDescription(error)].filter(Boolean);
			throw new NodeOperationError(this.getNode(), words.join('. '));
		}
	};

/** Entries whose name holds the text, or whose value is it, in alphabetical order. */
export function matching(entries: INodeListSearchItems[], filter = ''): INodeListSearchItems[] {
	const wanted = filter.toLowerCase();
	return entries
		.filter(
			({ name, value }) => name.toLowerCase().includes(wanted) || String(value).toLowerCase() === wanted,
		)
		.sort((a, b) => a.name.localeCompare(b.name));
}
