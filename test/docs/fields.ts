import type { Field, Table } from '../../nodes/shared/fields/field';

const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');

function row({ name, displayName, types, create, update, description, kind }: Field): string {
	const { type } = kind.control('create', types?.[0]);
	const use = { required: 'required', optional: 'optional', no: 'no' };
	return `| \`${name}\` | ${displayName} | ${types?.join(', ') ?? 'all'} | ${type} | ${use[create]} | ${use[update]} | ${cell(description)} |`;
}

/** The rows of a field table as a Markdown table, in wire order. */
export function fieldsTable({ fields }: Table): string {
	return [
		'| API field | In the form | Types | Entered as | Create | Update | |',
		'| --- | --- | --- | --- | --- | --- | --- |',
		...fields.map(row),
	].join('\n');
}
