import type { AttackForgeSimulator } from '../simulators/attackforge';
import type { StoredGroup, ThreatConnectSimulator } from '../simulators/threatconnect';
import { customerFacts, type Finding, updatedCustomers, updatedGroups } from './expected';

/** What the demo prints about the records. It comes from the simulators, and never from the nodes' output. */

const WIDTH = 110;
const INDENT = 5;
const LABEL = 12;

export type Failure = { item: number; finding: string; title: string; error: string; advice: string };

const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** A line with a label. Further lines are indented. */
function entry(label: string, parts: string[], separator = ', '): string[] {
	const width = WIDTH - INDENT - LABEL;
	const lines = [''];
	for (const [index, part] of parts.entries()) {
		const text = index < parts.length - 1 ? part + separator : part;
		const last = lines.length - 1;
		if (lines[last] !== '' && `${lines[last]}${text}`.trimEnd().length > width) lines.push(text);
		else lines[last] += text;
	}
	return lines.map((line, index) =>
		`${' '.repeat(INDENT)}${(index === 0 ? label : '').padEnd(LABEL)}${line}`.trimEnd(),
	);
}

const words = (text: string): string[] => text.split(' ');

/** Each name once, with its number: "Source, Ticket Number, Additional Analysis and Context (2)". */
function counted(names: string[]): string[] {
	const numbers = new Map<string, number>();
	for (const name of names) numbers.set(name, (numbers.get(name) ?? 0) + 1);
	return [...numbers].map(([name, number]) => (number > 1 ? `${name} (${number})` : name));
}

type Body = Record<string, unknown>;

/** The names of the fields in a request, with the mode of lists, e.g. `tags (append)`. */
function fieldsOf(body: string): string[] {
	return Object.entries(JSON.parse(body) as Body).map(([name, value]) => {
		const mode = (value as { mode?: string } | null)?.mode;
		return mode === undefined ? name : `${name} (${mode})`;
	});
}

function updateOf(requests: ThreatConnectSimulator['requests'], names: Array<string | undefined>): string[] {
	const update = requests.find(
		({ method, target }) =>
			method === 'PUT' && names.includes(decodeURIComponent(target.split('?')[0]?.split('/').pop() ?? '')),
	);
	return update ? fieldsOf(update.body) : [];
}

// --- ThreatConnect -----------------------------------------------------------------------------------------

const COLUMNS = [4, 11, 22, 22];

function row(...cells: string[]): string {
	return ` ${cells.map((cell, index) => (COLUMNS[index] ? cell.padEnd(COLUMNS[index]) : cell)).join('')}`;
}

function groupLines(
	group: StoredGroup,
	finding: Finding | undefined,
	simulator: ThreatConnectSimulator,
): string[] {
	const { fields, id, name, type, xid } = group;
	const date = String(fields.eventDate ?? fields.publishDate ?? '');
	const free = WIDTH - 1 - COLUMNS.reduce((sum, width) => sum + width, 0);
	const changed = updateOf(simulator.requests, [id, xid]);
	const links = [
		...group.securityLabels.map((label) => String(label.name)),
		...group.associatedIndicators.map((indicator) => cut(`${indicator.type} ${indicator.summary}`, 60)),
		...group.associatedGroups.map((other) => `${other.type} ${other.id}`),
	];
	return [
		row(id, type, String(fields.status ?? ''), date, cut(name, free)),
		...(finding
			? entry('from', [`finding ${finding.id}, detected ${JSON.stringify(finding.detected)}`])
			: []),
		...entry('tags', namesOf(group.tags)),
		...(group.attributes.length > 0
			? entry('attributes', counted(group.attributes.map((one) => String(one.type))))
			: []),
		...entry('linked to', links),
		...(changed.length > 0 ? entry('updated', changed) : []),
	];
}

const namesOf = (rows: Array<Record<string, unknown>>) => rows.map(({ name }) => String(name));

export function threatConnectTable(simulator: ThreatConnectSimulator, findings: Finding[]): string[] {
	const groups = simulator.groups();
	const findingOf = ({ xid }: StoredGroup) => findings.find(({ id }) => xid === `finding:${id}`);
	return [
		`ThreatConnect: ${groups.length} groups created, ${updatedGroups(simulator).length} of them updated`,
		'',
		row('ID', 'Type', 'Status', 'Date', 'Name'),
		...groups.flatMap((group) => groupLines(group, findingOf(group), simulator)),
	];
}

// --- AttackForge -------------------------------------------------------------------------------------------

export function attackForgeTable(simulator: AttackForgeSimulator): string[] {
	const groups = simulator.groups();
	return [
		`AttackForge: ${groups.length} groups created, ${updatedCustomers(simulator).length} of them updated`,
		'',
		...groups.flatMap((group) => {
			const { name, owner, ...facts } = customerFacts(group);
			return [
				` ${String(name)}  (${group.id}, owner ${String(owner)})`,
				...Object.entries(facts).flatMap(([label, value]) =>
					entry(label === 'custom fields' ? 'fields' : label, [value].flat()),
				),
				...entry('updated', updateOf(simulator.requests, [group.id])),
			];
		}),
	];
}

// --- the error output --------------------------------------------------------------------------------------

export function failureTable(failures: Failure[]): string[] {
	return [
		`Error output: ${failures.length} ${failures.length === 1 ? 'item' : 'items'}`,
		'',
		...failures.flatMap(({ item, finding, title, error, advice }) => [
			` Item ${item} (counted from 0): ${finding}, ${title}`,
			...entry('error', words(error), ' '),
			...entry('message', words(advice), ' '),
		]),
	];
}
