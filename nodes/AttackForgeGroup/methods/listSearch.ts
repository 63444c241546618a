import type { ILoadOptionsFunctions, INodeListSearchItems } from 'n8n-workflow';

import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { matching, withAdvice } from '../../shared/methods/listSearch';
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

/** Custom fields of the group form, in sections or beside them. */
export const searchCustomFields = withAdvice(async function (this: ILoadOptionsFunctions, filter) {
	const form = await (await connectForForm(this)).getGroupForm();
	return { results: matching(form.flatMap(customFieldEntries), filter) };
});

function customFieldEntries(entry: unknown): INodeListSearchItems[] {
	if (!isJsonObject(entry) || !isJsonObject(entry.config)) return [];
	const { fields, custom_field_key: key, custom_field_label: label } = entry.config;
	if (Array.isArray(fields)) return fields.flatMap(customFieldEntries);
	if (typeof key !== 'string' || key === '') return [];
	return [{ name: typeof label === 'string' && label !== '' ? `${label} (${key})` : key, value: key }];
}
