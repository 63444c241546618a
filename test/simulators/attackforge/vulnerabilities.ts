import { page, vulnerabilityAnswer, type Query } from './answers';
import { belongingsOfFirstProject } from './projects';
import { queryFilter } from './queryFilter';
import { hour, newId, PRIORITIES, type StoredVulnerability } from './records';
import { refusals } from './refusals';
import * as schemas from './schemas';
import type { AttackForgeOptions, Method } from './service';
import type { State } from './state';

/** The n-th vulnerability of a project, from 0. The priorities take turns, Critical first. */
function newVulnerability(n: number, input: Partial<StoredVulnerability>): StoredVulnerability {
	return {
		id: newId(),
		title: `Vulnerability ${n + 1}`,
		priority: PRIORITIES[n % PRIORITIES.length] ?? 'Info',
		status: 'Open',
		pending: false,
		created: hour(n),
		modified: hour(n),
		asset: 'www.example.com',
		custom_fields: [],
		writeup_custom_fields: [],
		asset_custom_fields: [],
		...structuredClone(input),
	};
}

export function seedVulnerabilities(
	state: State,
	groupId: string,
	count: number,
	input: Partial<StoredVulnerability>,
): StoredVulnerability[] {
	const list = belongingsOfFirstProject(state, groupId, state.vulnerabilities);
	for (let n = 0; n < count; n++) list.push(newVulnerability(list.length, input));
	return list.slice(list.length - count);
}

/** Changes a vulnerability as another client would. */
export function changeVulnerability(
	state: State,
	id: string,
	changes: Partial<StoredVulnerability>,
): StoredVulnerability {
	const found = [...state.vulnerabilities.values()].flat().find((one) => one.id === id);
	if (!found) throw refusals.invalid('id', `is not the id of a vulnerability: ${id}`);
	return Object.assign(found, structuredClone(changes));
}

/** The vulnerabilities of a group are those of its projects; a user sees those of the projects they are on. */
export function vulnerabilityMethods(
	state: State,
	{ pageCap = 500, clock = Date.now, ignoresQuery }: AttackForgeOptions,
): Record<'GetVulnerabilitiesByGroup', Method> {
	return {
		GetVulnerabilitiesByGroup: {
			params: schemas.idInPath,
			querystring: schemas.vulnerabilitiesQuery,
			handle({ params, query }) {
				const answer = vulnerabilityAnswer(query);
				const isMatch =
					query.q === undefined || ignoresQuery ? () => true : queryFilter(String(query.q), clock());
				const found = state
					.vulnerabilitiesOf(state.group(params.id ?? ''))
					.filter(([vulnerability]) => isAskedFor(vulnerability, query) && isMatch(vulnerability));
				const vulnerabilities = page(found, query, pageCap).map(([vulnerability, project]) =>
					answer(vulnerability, project, state.groupsOf(project)),
				);
				return { count: vulnerabilities.length, vulnerabilities };
			},
		},
	};
}

/** The documentation does not say whether the two dates are part of the period. Here they are. */
function isAskedFor(
	{ created, priority, pending }: StoredVulnerability,
	{ startDate, endDate, ...query }: Query,
): boolean {
	const time = Date.parse(created);
	return (
		pending === (query.pendingVulnerabilities === 'true') &&
		(query.priority === undefined || query.priority === priority) &&
		(startDate === undefined || time >= Date.parse(String(startDate))) &&
		(endDate === undefined || time <= Date.parse(String(endDate)))
	);
}
