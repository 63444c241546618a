import { keyOf, type Operation, outcomeOf } from '../docs/examples';
import { attackForge } from '../docs/nodes';
import { read } from '../docs/pages';
import type { MethodName } from '../simulators/attackforge';

/** docs/attackforge.md lists the API methods that an administrator has to grant for each operation. */

const needs = new Map(
	[...read('docs/attackforge.md').matchAll(/^\| (\w+: [\w ]+?) +\| (`\w+`(?:, `\w+`)*) +\|/gm)].map(
		([, operation = '', methods = '']) => [
			operation,
			[...methods.matchAll(/\w+/g)].map(([method]) => method as MethodName),
		],
	),
);

const titleOf = ({ resource, name }: Operation) =>
	`${resource.replace(/^./, (letter) => letter.toUpperCase())}: ${name}`;

/** Runs the operation's example with a key to which these methods are granted. */
async function runs(operation: Operation, grants: readonly MethodName[]): Promise<boolean> {
	const key = keyOf(operation);
	const example = attackForge.examples[key];
	if (!example) throw new Error(`${key} has no example`);
	const node = { ...attackForge, start: async () => await attackForge.start({ grants }) };
	const outcome = outcomeOf(node, key, { ...example, failures: [] as never });
	return await outcome.then(
		() => true,
		() => false,
	);
}

test('names every operation', () => {
	expect([...needs.keys()].sort()).toEqual(attackForge.operations.map(titleOf).sort());
});

test.each(attackForge.operations.map((operation) => [titleOf(operation), operation] as const))(
	'%s needs these methods, and no others',
	async (title, operation) => {
		const methods = needs.get(title) ?? [];
		// The examples name users by their e-mail address.
		expect(await runs(operation, [...methods, 'GetUserByEmail'])).toBe(true);
		for (const method of methods) {
			const others = methods.filter((one) => one !== method);
			expect([method, await runs(operation, [...others, 'GetUserByEmail'])]).toEqual([method, false]);
		}
	},
);
