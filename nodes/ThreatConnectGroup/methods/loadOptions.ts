import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { isJsonObject } from '../../shared/core/json';
import { connectForForm } from '../api/connect';
import { OUTPUT_FIELDS } from '../fields/groupFields';
import { forEditor } from '../../shared/methods/listSearch';
import { named } from './listSearch';

/** `associatedGroups` as `Associated Groups`. */
const title = (name: string) =>
	name
		.replace(/[a-z](?=[A-Z])/g, '$& ')
		.replace(/\./g, ': ')
		.replace(/(^|\s)[a-z]/g, (letter) => letter.toUpperCase());

export const loadOptions = {
	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/additional_fields.html */
	async getGroupFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		try {
			const api = await connectForForm(this);
			const { data } = await api.request({ method: 'OPTIONS', path: '/v3/groups/fields' });
			const fields = (Array.isArray(data) ? data : []).filter(isJsonObject);
			const options = fields
				.filter(({ name, includedByDefault }) => typeof name === 'string' && includedByDefault !== true)
				.map(({ name, description }) =>
					forEditor({ ...named(name, description), name: title(String(name)) }),
				);
			return options.length > 0 ? options.sort((a, b) => a.name.localeCompare(b.name)) : OUTPUT_FIELDS;
		} catch {
			return OUTPUT_FIELDS;
		}
	},
};
