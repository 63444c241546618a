import { asProject, asUpdatedProject, fieldFilter, page } from './answers';
import { checkKeysUnique, firstRepeated } from './checks';
import {
	newId,
	touch,
	type CustomField,
	type ProjectChanges,
	type StoredGroup,
	type StoredProject,
} from './records';
import { refusals } from './refusals';
import * as schemas from './schemas';
import type { AttackForgeOptions, Method } from './service';
import type { State } from './state';

function newProject(input: Partial<StoredProject>, team: string[]): StoredProject {
	const now = new Date().toISOString();
	return {
		id: newId(),
		name: 'A project',
		code: 'PROJECT-1',
		organization_code: 'ACME',
		vulnerability_code: 'VULN',
		groups: [],
		status: 'Testing',
		on_hold: 'No',
		on_hold_reason: '',
		start_date: '2025-01-01T00:00:00.000Z',
		end_date: '2025-12-31T00:00:00.000Z',
		scope: [],
		scoring_system: 'CVSSv3.1',
		team,
		created: now,
		last_modified: now,
		custom_fields: [],
		reporting_custom_fields: [],
		summary_custom_fields: [],
		...structuredClone(input),
	};
}

/** Puts a project into the store. Its groups must exist. */
export function seedProject(state: State, input: Partial<StoredProject>): StoredProject {
	const groups = groupIds(state, input.groups ?? []);
	const project = newProject({ ...input, groups }, [state.keyUser.id]);
	state.addProject(project);
	for (const id of groups) link(project, state.group(id));
	return project;
}

/** Updates all or nothing. `groups` is the full list: a group that it leaves out is unlinked. */
export function updateProject(state: State, project: StoredProject, changes: ProjectChanges): void {
	checkKeysUnique(changes.custom_fields);
	const groups = groupIds(state, changes.groups ?? project.groups);
	const affected = new Set([...project.groups, ...groups]);
	for (const id of affected) state.projectsAreChanging(id);
	Object.assign(project, structuredClone(changes), { groups });
	touch(project);
	for (const id of affected) (groups.includes(id) ? link : unlink)(project, state.group(id));
}

function groupIds(state: State, ids: string[]): string[] {
	const known = ids.map((id, n) => {
		const group = state.findGroup(id);
		if (!group) throw refusals.invalid(`groups[${n}]`, `is not the id of a group: ${id}`);
		return group.id;
	});
	const repeated = firstRepeated(known);
	if (repeated >= 0) throw refusals.invalid(`groups[${repeated}]`, `repeats ${known[repeated]}`);
	return known;
}

/** Vulnerabilities or assets of the group's first project. A project is created if the group has none. */
export function belongingsOfFirstProject<Thing>(
	state: State,
	groupId: string,
	byProject: Map<string, Thing[]>,
): Thing[] {
	const group = state.group(groupId);
	const [first] = state.linkedProjects(group);
	const { id } = first ?? seedProject(state, { name: `A project of ${group.name}`, groups: [group.id] });
	const list = byProject.get(id) ?? [];
	byProject.set(id, list);
	return list;
}

/** Adds the project to the group's list, or changes its name there. */
function link({ id, name }: StoredProject, group: StoredGroup): void {
	const others = group.projects.filter((project) => project.id !== id);
	group.projects =
		others.length === group.projects.length
			? [...others, { name, id }]
			: group.projects.map((project) => (project.id === id ? { name, id } : project));
}

function unlink({ id }: StoredProject, group: StoredGroup): void {
	group.projects = group.projects.filter((project) => project.id !== id);
}

type ProjectMethod = 'GetProjects' | 'GetProjectsByGroup' | 'GetProjectById' | 'UpdateProjectById';

type ProjectBody = {
	name?: string;
	code?: string;
	groups?: string[];
	startDate?: string;
	endDate?: string;
	scoringSystem?: StoredProject['scoring_system'];
	isOnHold?: StoredProject['on_hold'];
	isOnHoldReason?: string;
	organization_code?: string;
	vulnerability_code?: string;
	custom_fields?: CustomField[];
};

/**
 * "Restricted to what that user can see": of a group, a user sees the projects that they are on, and the
 * vulnerabilities and assets of these. The order of the lists is not documented; here it is the order of creation,
 * project by project.
 */
export function projectMethods(
	state: State,
	{ pageCap = 500 }: AttackForgeOptions,
): Record<ProjectMethod, Method> {
	return {
		GetProjects: {
			querystring: schemas.allProjectsQuery,
			handle({ query }) {
				const fields = fieldFilter(query);
				const seen = state.projects().filter((project) => state.isOn(project, state.keyUser));
				const projects = page(seen, query, pageCap).map((project) =>
					asProject(project, state.groupsOf(project), state.teamOf(project), {
						fields,
						reporting: fields,
						summary: fields,
					}),
				);
				return { count: projects.length, projects };
			},
		},
		GetProjectsByGroup: {
			params: schemas.idInPath,
			querystring: schemas.projectsQuery,
			handle({ params, query }) {
				const fields = fieldFilter(query);
				const projects = state.listedProjects(state.group(params.id ?? '')).map((project) =>
					asProject(project, state.groupsOf(project), state.teamOf(project), {
						fields,
						reporting: fields,
						summary: fields,
					}),
				);
				return { count: projects.length, projects };
			},
		},
		GetProjectById: {
			params: schemas.idInPath,
			querystring: schemas.projectQuery,
			handle({ params, query }) {
				const project = state.project(params.id ?? '');
				const answer = asProject(project, state.groupsOf(project), state.teamOf(project), {
					fields: fieldFilter(query, 'project_'),
					reporting: fieldFilter(query, 'project_reporting_'),
					summary: fieldFilter(query, 'project_summary_'),
				});
				return { project: answer };
			},
		},
		UpdateProjectById: {
			params: schemas.idInPath,
			body: schemas.projectBody,
			handle({ params, body }) {
				const project = state.project(params.id ?? '');
				updateProject(state, project, asChanges(body as ProjectBody));
				return { project: asUpdatedProject(project, state.groupsOf(project)) };
			},
		},
	};
}

/** UpdateProjectById has other names in its body than in its response. */
function asChanges(body: ProjectBody): ProjectChanges {
	const { startDate, endDate, scoringSystem, isOnHold, isOnHoldReason, ...same } = body;
	return {
		...same,
		...(startDate !== undefined && { start_date: startDate }),
		...(endDate !== undefined && { end_date: endDate }),
		...(scoringSystem !== undefined && { scoring_system: scoringSystem }),
		...(isOnHold !== undefined && { on_hold: isOnHold }),
		...(isOnHoldReason !== undefined && { on_hold_reason: isOnHoldReason }),
	};
}
