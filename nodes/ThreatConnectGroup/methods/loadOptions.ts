import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { isJsonObject } from '../../shared/core/json';
import { GROUPS } from '../api/client';
import { connectForForm } from '../api/connect';
import { OBJECT_TYPES } from '../fields/associations';
import { OUTPUT_FIELDS } from '../fields/groupFields';
import { forEditor } from '../../shared/methods/listSearch';
import { named } from './listSearch';

/** `associatedGroups` as `Associated Groups`. */
const title = (name: string) =>
	name
		.replace(/[a-z](?=[A-Z])/g, '$& ')
		.replace(/\./g, ': ')
		.replace(/(^|\s)[a-z]/g, (letter) => letter.toUpperCase());

/** What ThreatConnect leaves out of its answers about a kind of object unless it is asked for. */
async function fieldsOf(
	context: ILoadOptionsFunctions,
	path: string,
	otherwise: INodePropertyOptions[],
): Promise<INodePropertyOptions[]> {
	try {
		const api = await connectForForm(context);
		const { data } = await api.request({ method: 'OPTIONS', path: `${path}/fields` });
		const fields = (Array.isArray(data) ? data : []).filter(isJsonObject);
		const options = fields
			.filter(({ name, includedByDefault }) => typeof name === 'string' && includedByDefault !== true)
			.map(({ name, description }) => forEditor({ ...named(name, description), name: title(String(name)) }));
		return options.length > 0 ? options.sort((a, b) => a.name.localeCompare(b.name)) : otherwise;
	} catch {
		return otherwise;
	}
}

/** Those that every kind of object has. */
const ASSOCIATED_GROUPS = [{ name: 'Associated Groups', value: 'associatedGroups' }];

export const loadOptions = {
	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/additional_fields.html */
	async getGroupFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		return await fieldsOf(this, GROUPS, OUTPUT_FIELDS);
	},

	/** Those of the type of object that the form has chosen. */
	async getObjectFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const type = this.getCurrentNodeParameter('objectType');
		if (type === 'group') return await fieldsOf(this, GROUPS, OUTPUT_FIELDS);
		const kind = Object.entries(OBJECT_TYPES).find(([name]) => name === type)?.[1];
		return kind ? await fieldsOf(this, kind.path, ASSOCIATED_GROUPS) : ASSOCIATED_GROUPS;
	},
};
