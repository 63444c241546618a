import type { ILoadOptionsFunctions, INodeListSearchItems } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset, unlocated } from '../../shared/core/readValue';
import { containing, matching, withAdvice } from '../../shared/methods/listSearch';
import { isRefusal } from '../api/responses';
import { connectForForm } from '../api/connect';
import { normalizeGroup } from '../fields/receivedGroup';

/**
 * Search lists of the form. If the key may not list, n8n shows the refusal, and the user can type a value in another
 * mode.
 */

/** All groups for an administrator's key. For other keys, the groups that the user is a member of. */
export const searchGroups = withAdvice(async function (this: ILoadOptionsFunctions, filter) {
	const api = await connectForForm(this);
	const groups = await api.getGroups('all').catch(async (error: unknown) => {
		if (isRefusal(error)) return await api.getGroups('mine');
		return await Promise.reject(error);
	});
	const entries = groups
		.map(normalizeGroup)
		.map(({ id, name }) => ({ name: String(name), value: String(id) }));
	return { results: matching(entries, filter) };
});

export const searchUsers = withAdvice(async function (this: ILoadOptionsFunctions, filter) {
	const users = await (await connectForForm(this)).getUsers();
	return { results: matching(users.map(userEntry), filter) };
});

function userEntry({ id, first_name, last_name, email_address, username }: JsonObject): INodeListSearchItems {
	const name = [first_name, last_name].filter(Boolean).join(' ') || String(username);
	return { name: `${name} (${String(email_address ?? username)})`, value: String(id) };
}

/** The projects that the key's user is a member of. */
export const searchProjects = withAdvice(async function (this: ILoadOptionsFunctions, filter) {
	const projects = await (await connectForForm(this)).getAllProjects();
	const entries = projects.map(({ project_id: id, project_name: name, project_code: code }) => ({
		name: isUnset(code) ? String(name) : `${String(name)} (${String(code)})`,
		value: String(id),
	}));
	return { results: matching(entries, filter) };
});

/** Custom fields of the group form, by their labels. */
export const searchCustomFields = withAdvice(async function (this: ILoadOptionsFunctions, filter) {
	const definitions = await (await connectForForm(this)).getDefinitions();
	const entries = [...definitions.values()].map(({ key, label }) => ({
		name: label === undefined ? key : `${label} (${key})`,
		value: key,
	}));
	return { results: matching(entries, filter) };
});

/** The choices of the custom field that stands in the same row, in AttackForge's order. */
export const searchChoices = withAdvice(async function (this: ILoadOptionsFunctions, filter) {
	const key = unlocated(this.getCurrentNodeParameter('&key'));
	if (isUnset(key)) throw new InvalidInput('No custom field is chosen', 'Choose it first, then its value.');
	const definition = (await (await connectForForm(this)).getDefinitions()).get(String(key));
	const choices = definition?.choices ?? [];
	if (choices.length > 0) return { results: containing(choices, filter) };
	throw new InvalidInput(
		`AttackForge lists no choices for the custom field ${inQuotes(key)}`,
		'Type its value: choose By Value instead of From List.',
	);
});
