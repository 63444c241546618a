import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import type { Query } from '../../shared/http/url';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { matching, withAdvice } from '../../shared/methods/listSearch';
import type { ThreatConnect } from '../api/client';
import { connectForForm } from '../api/connect';
import { INDICATOR_TYPES } from '../fields/indicators';
import { isOneOf, quote } from '../query/clauses';

/**
 * Drop-downs and search lists of the form. If the key may not list, n8n shows the refusal. If the server lacks a list,
 * the known values are shown. In both cases the user can type a value instead.
 */

type Search = { filter: string; start: number; context: ILoadOptionsFunctions };
type Lookup = (api: ThreatConnect, search: Search) => Promise<INodeListSearchResult>;

const searchList = (lookUp: Lookup) =>
	withAdvice(async function (this: ILoadOptionsFunctions, filter = '', paginationToken) {
		const start = Number(paginationToken ?? 0);
		return await lookUp(await connectForForm(this), { filter, start, context: this });
	});

/** A list that is small enough to be loaded completely. */
const wholeList = (load: (api: ThreatConnect, search: Search) => Promise<INodeListSearchItems[]>) =>
	searchList(async (api, search) => ({ results: matching(await load(api, search), search.filter) }));

const SEARCH_PAGE = 100;

/** A list that is searched by the server, page by page. */
const searchedList = (
	path: string,
	entry: (row: JsonObject, api: ThreatConnect) => INodeListSearchItems,
	fixed: Query = [],
) =>
	searchList(async (api, { filter, start }) => {
		const { data, more } = await api.page(path, [
			...(filter === '' ? [] : [['tql', `summary contains ${quote(filter)}`] as const]),
			...fixed,
			...(start > 0 ? [['resultStart', String(start)] as const] : []),
			['resultLimit', String(SEARCH_PAGE)],
		]);
		return {
			results: unique(data.map((row) => entry(row, api))),
			...(more && data.length > 0 && { paginationToken: String(start + data.length) }),
		};
	});

export const named = (name: unknown, description?: unknown): INodeListSearchItems => ({
	name: String(name),
	value: String(name),
	...(typeof description === 'string' && description !== '' && { description }),
});

const unique = (entries: INodeListSearchItems[]) => [
	...new Map(entries.map((entry) => [entry.value, entry])).values(),
];

/** A parameter of the form; `undefined` if it is empty or an expression, because an expression has no value yet. */
function formValue(context: ILoadOptionsFunctions, name: string): string | undefined {
	const value: unknown = context.getCurrentNodeParameter(name);
	return typeof value === 'string' && value !== '' && !value.startsWith('=') ? value : undefined;
}

const owners = async (api: ThreatConnect) => await api.owners();

async function searchTypesOfAttributes(api: ThreatConnect, type: string | undefined): Promise<JsonObject[]> {
	const path = '/v3/attributeTypes';
	if (type !== undefined) {
		// A server that does not know the keyword, or this value, still has a list.
		const own = await api.list(path, [['tql', isOneOf('associatedType', [type])]]).catch(() => []);
		if (own.length > 0) return own;
	}
	return await api.list(path, []);
}

/** All strings in a response whose shape is not documented; of an object, its name. */
function namesIn(value: unknown): string[] {
	if (typeof value === 'string') return value === '' ? [] : [value];
	if (Array.isArray(value)) return value.flatMap(namesIn);
	if (!isJsonObject(value)) return [];
	const own = typeof value.name === 'string' ? [value.name] : [];
	return [
		...own,
		...Object.values(value)
			.filter((one) => typeof one === 'object')
			.flatMap(namesIn),
	];
}

/** From ThreatConnect's documentation, Batch API, because servers before 2026 have no such list. */
const EVENT_TYPES = [
	'Alert',
	'Alert [flash]',
	'Alert [hyper-local]',
	'Alert [local]',
	'Alert [urgent]',
	'Breach',
	'Campaign',
	'Compliance / Regulatory',
	'Disclosure',
	'Emerging Threat',
	'Exercise',
	'Exposure',
	'Finding [Compliance violations]',
	'Finding [Configuration weaknesses]',
	'Finding [Missing patches]',
	'Finding [Security posture gaps]',
	'Investigation',
	'None',
	'Operation',
	'Physical Security',
	'Response Action',
	'Social Engineering (non-phishing)',
	'Third Party Reported',
	'Trend',
];

/** The names that the instance lists, or the known names if it lists none. */
async function namesOr(
	fallback: readonly string[],
	load: () => Promise<unknown>,
): Promise<INodeListSearchItems[]> {
	const names = await load().then(namesIn, () => []);
	return unique((names.length > 0 ? names : fallback).map((name) => named(name)));
}

/** The editor opens the link beside an entry: it must not lead anywhere else than to the instance. */
const isOwnPage = (link: unknown, { connection: { root } }: ThreatConnect): link is string =>
	typeof link === 'string' && URL.canParse(link) && new URL(link).origin === new URL(root).origin;

function groupEntry(
	{ id, name, type, ownerName, webLink }: JsonObject,
	api: ThreatConnect,
): INodeListSearchItems {
	return {
		name: `${String(name)} (${String(type)}, ${String(ownerName)})`,
		value: String(id),
		...(isOwnPage(webLink, api) && { url: webLink }),
	};
}

function userEntry({ id, userName, firstName, lastName }: JsonObject): INodeListSearchItems {
	const name = [firstName, lastName].filter(Boolean).join(' ');
	return { name: name === '' ? String(userName) : `${name} (${String(userName)})`, value: String(id) };
}

export const listSearch = {
	searchArtifactTypes: wholeList(async (api) =>
		unique(
			(await api.list('/v3/artifactTypes', [])).map(({ name, description }) => named(name, description)),
		),
	),
	searchAttributeTypes: wholeList(async (api, { context }) => {
		const types = await searchTypesOfAttributes(api, formValue(context, 'type'));
		return unique(types.map(({ name, description }) => named(name, description)));
	}),
	searchEventTypes: wholeList(
		async (api) =>
			await namesOr(
				EVENT_TYPES,
				async () => (await api.request({ method: 'GET', path: '/v3/groups/eventTypeCategories' })).data,
			),
	),
	searchGroups: searchedList('/v3/groups', groupEntry, [['sorting', 'summary asc id asc']]),
	searchIndicatorTypes: wholeList(
		async (api) =>
			await namesOr(INDICATOR_TYPES, async () => {
				const { data } = await api.request({ method: 'GET', path: '/v2/types/indicatorTypes' });
				const types = isJsonObject(data) && Array.isArray(data.indicatorType) ? data.indicatorType : [];
				return types.map((type: unknown) => (isJsonObject(type) ? type.name : undefined));
			}),
	),
	searchOwners: wholeList(async (api) => (await owners(api)).map(({ name, type }) => named(name, type))),
	searchSecurityLabels: wholeList(async (api) =>
		unique(
			(await api.list('/v3/securityLabels', [])).map(({ name, description }) => named(name, description)),
		),
	),
	searchTags: searchedList('/v3/tags', ({ name }) => named(name)),
	searchUsers: wholeList(async (api) => (await api.list('/v3/security/users', [])).map(userEntry)),
	/** The owners in which the API user can write groups. */
	searchWritableOwners: wholeList(async (api) =>
		(await owners(api))
			.filter(({ permGroup }) => permGroup === undefined || permGroup === 'FULL')
			.map(({ name, type }) => named(name, type)),
	),
};
