import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import { labelOf } from '../../shared/fields/field';
import { emptyFilter } from '../../shared/fields/filters';
import type { JsonObject } from '../../shared/core/json';
import { choice, choiceByType, date } from '../../shared/fields/fieldTypes';
import { byName, locator } from '../../shared/fields/locators';
import { inQuotes, isUnset, readEntries, readLong, readText, unlocated } from '../../shared/core/readValue';
import { EVENT_STATUS, GROUP_TYPES, INCIDENT_STATUS } from '../fields/groupTypes';
import { SUMMARIES } from '../fields/indicatorSummaries';
import { plainSpelling, spellingsOf } from './matching';
import { from, isOneOf, ownQuery, quote, technique, upTo } from './clauses';

/** The filters of Get Many, and the query that they make. */

export type Texts = readonly string[];

/** One filter: the parameter, and the clause for its values. */
export type Filter = {
	parameter: INodeProperties;
	/** Absent for IDs, which `readFilters` handles itself. */
	clause?(texts: Texts): string;
};

export const anyOf = (texts: Texts, clause: (text: string) => string): string =>
	texts.length === 1 ? clause(texts[0] ?? '') : `(${texts.map(clause).join(' or ')})`;

export const several = (description: string) =>
	`${description}. An array from an expression finds what has any of its values.`;

export const textFilter = (
	name: string,
	displayName: string,
	description: string,
	placeholder: string,
	clause: (texts: Texts) => string,
): Filter => ({
	parameter: {
		displayName,
		name,
		type: 'string',
		default: '',
		description: several(description),
		placeholder,
	},
	clause,
});

const dateFilter = (
	name: string,
	displayName: string,
	description: string,
	clause: (date: string) => string,
): Filter => ({
	parameter: { displayName, name, type: 'dateTime', default: '', description },
	clause: ([date = '']) => clause(date),
});

/** @param nouns what is found, at the beginning of a sentence */
export const dateFilters = (keyword: string, what: string, words: string, nouns = 'Groups'): Filter[] => [
	dateFilter(
		`${keyword}From`,
		`${what} After`,
		`${nouns} that were ${words} then or later; for the last seven days, the expression $now.minus({ days: 7 })`,
		(date) => from(keyword, date),
	),
	dateFilter(
		`${keyword}To`,
		`${what} Before`,
		`${nouns} that were ${words} then or earlier. A date without a time includes all of that day.`,
		(date) => upTo(keyword, date),
	),
];

/** MD5, SHA-1 or SHA-256. */
const isHash = (text: string) => /^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text);

/** An indicator as it is given, and as ThreatConnect stores it: the filter does not name its type. */
const summariesOf = (text: string): string[] => [
	...spellingsOf(text),
	...Object.values(SUMMARIES).flatMap((summaryOf) => summaryOf(plainSpelling(text)) ?? []),
];

/** Indicators with one of these values. A file's summary holds all its hashes. */
export function indicatorClause(texts: Texts): string {
	const isSame = (some: Texts) => isOneOf('summary', [...new Set(some.flatMap(summariesOf))]);
	if (!texts.some((text) => isHash(plainSpelling(text)))) return isSame(texts);
	return anyOf(texts, (text) => {
		const plain = plainSpelling(text);
		return isHash(plain) ? `summary contains ${quote(plain)}` : isSame([text]);
	});
}

const STATUSES = choiceByType({ Event: EVENT_STATUS, Incident: INCIDENT_STATUS }).control('create').options;

/** A type that does not exist would find nothing. */
const knownType = (text: string): string =>
	String(choice(GROUP_TYPES).read(text, { label: '"Types" (typeName)', operation: 'create', zone: '' }));

/**
 * There is no keyword `name`: a group's name is its `summary`. A type's name is `typeName`, because `type` is a number.
 */
const FILTERS: readonly Filter[] = [
	textFilter(
		'technique',
		'ATT&CK Technique',
		'ID of a MITRE ATT&CK technique, or the name of its tag',
		'e.g. T1566',
		(texts) => anyOf(texts, technique),
	),
	...dateFilters('dateAdded', 'Created', 'created in ThreatConnect'),
	textFilter('createdBy', 'Created By', 'User name of who created the group', 'e.g. jsmith', (texts) =>
		isOneOf('createdBy', texts),
	),
	...dateFilters('eventDate', 'Event', 'dated'),
	textFilter(
		'indicator',
		'Has Indicator',
		'Value of an associated indicator; of a file, any of its hashes',
		'e.g. badguy.com',
		(texts) => `hasIndicator(${indicatorClause(texts)})`,
	),
	{
		parameter: {
			displayName: 'IDs',
			name: 'id',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12345, 12346',
			description: 'Comma-separated, or an array from an expression; an empty array finds nothing',
		},
	},
	...dateFilters('lastModified', 'Modified', 'last changed'),
	textFilter(
		'nameContains',
		'Name Contains',
		'Part of the name, in upper or lower case',
		'e.g. phishing',
		(texts) => anyOf(texts, (text) => `summary contains ${quote(text)}`),
	),
	textFilter(
		'name',
		'Name Is',
		'The name, upper and lower case included, but for blanks around it',
		'e.g. Phishing campaign against finance',
		(texts) => isOneOf('summary', [...new Set(texts.flatMap(spellingsOf))]),
	),
	textFilter(
		'nameStartsWith',
		'Name Starts With',
		'Beginning of the name, in upper or lower case',
		'e.g. INC-',
		(texts) => anyOf(texts, (text) => `summary startswith ${quote(text)}`),
	),
	{
		parameter: {
			displayName: 'Owner Name',
			name: 'ownerName',
			...locator('searchOwners', [byName('e.g. Demo Organization')]),
			description: several(
				'Organization, Community or Source. Without it, groups of all owners that the API user sees are found',
			),
		},
		clause: (texts) => isOneOf('ownerName', texts),
	},
	{
		parameter: {
			displayName: 'Security Label',
			name: 'securityLabel',
			...locator('searchSecurityLabels', [byName('e.g. TLP:AMBER')]),
			description: several('Label that the group has'),
		},
		clause: (texts) => isOneOf('securityLabel', texts),
	},
	{
		parameter: {
			displayName: 'Status',
			name: 'status',
			type: 'multiOptions',
			options: STATUSES,
			default: [],
			description: 'Events and incidents that have one of these statuses',
		},
		clause: (texts) => isOneOf('status', texts),
	},
	{
		parameter: {
			displayName: 'Tag',
			name: 'tag',
			...locator('searchTags', [byName('e.g. Targeted Attack')]),
			description: several('Tag that the group has'),
		},
		clause: (texts) => isOneOf('tag', texts),
	},
	{
		parameter: {
			displayName: 'Types',
			name: 'typeName',
			type: 'multiOptions',
			options: GROUP_TYPES,
			default: [],
			description: 'Groups of one of these types',
		},
		clause: (texts) => isOneOf('typeName', texts.map(knownType)),
	},
];

/** The entries of the collection, in alphabetical order. */
export const filterParameters: INodeProperties[] = FILTERS.map(({ parameter }) => parameter).sort((a, b) =>
	a.displayName.localeCompare(b.displayName),
);

/** Records match if they have any of the texts, so that a long list can be split into several queries. */
export type Disjunction = {
	filter: string;
	texts: Texts;
	clause(texts: Texts): string;
};

export type Filters = {
	/** Records must match all of them. */
	disjunctions: Disjunction[];
	/** The user's own query, which records must match too. */
	query?: string;
	/** Only records with one of these names are kept, because a database may ignore upper and lower case or accents. */
	names?: Texts;
};

const TQL_QUERY = '"TQL Query" (tql)';

/** The filters of groups, from the parameter of Get Many. */
export const readFilters = (values: JsonObject, tql: unknown, zone: string): Filters =>
	readFiltersOf(FILTERS, values, tql, zone);

/**
 * The query of an item.
 *
 * @param filters those that the form offers
 * @param values filters by name, as the parameter holds them
 * @param tql the user's own query, which records must match too
 * @param zone time zone of dates that name none
 * @throws InvalidInput for a filter that is set but empty. Without that filter, every record would be found.
 */
export function readFiltersOf(
	filters: readonly Filter[],
	values: JsonObject,
	tql: unknown,
	zone: string,
): Filters {
	const read: Filters = { disjunctions: [] };
	for (const { parameter, clause } of filters) {
		const { name, type } = parameter;
		if (!(name in values)) continue;
		const label = labelOf(parameter);
		const value = unlocated(values[name]);
		if (name === 'id') {
			const ids = readIds(value, label);
			read.disjunctions.push({ filter: name, texts: ids, clause: (some) => `id in (${some.join(',')})` });
			continue;
		}
		const texts =
			type === 'dateTime'
				? [isUnset(value) ? '' : String(date().read(value, { label, operation: 'create', zone }))]
				: readTexts(type === 'multiOptions' ? readEntries(value, label) : value, label);
		if (texts.length === 0 || texts.some((text) => text.trim() === '')) throw emptyFilter(label);
		if (name === 'name') read.names = texts;
		if (clause) read.disjunctions.push({ filter: name, texts, clause });
	}
	// An empty input means no query. An expression that gives nothing is refused.
	if (tql === undefined || tql === null) throw emptyFilter(TQL_QUERY);
	const query = readText(tql, TQL_QUERY);
	if (query.trim() !== '') read.query = ownQuery(query, TQL_QUERY);
	return read;
}

/** Texts are taken unchanged, because a comma may be part of a name. */
function readTexts(value: unknown, label: string): string[] {
	return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
		if (isUnset(one)) return '';
		if (typeof one === 'string' || typeof one === 'number' || typeof one === 'bigint') {
			return readText(one, `The filter ${label}`);
		}
		throw new InvalidInput(
			`The filter ${label} must be text or an array of texts, but holds ${inQuotes(one)}`,
			'Give it the value itself, for instance {{ $json.name }}.',
		);
	});
}

/** IDs, each of them once. */
function readIds(value: unknown, label: string): string[] {
	const entries = readEntries(value, label);
	if (entries.length === 0 && !Array.isArray(value)) throw emptyFilter(label);
	return [...new Set(entries.map((entry) => String(readLong(entry, label))))];
}
