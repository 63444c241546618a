import { runInNewContext } from 'node:vm';

import { read } from '../docs/pages';

/** The code in examples/, with input that users will have instead of the sample. */

type Workflow = { nodes: Array<{ name: string; parameters: { jsCode?: string } }> };

/** The output of a Code node for these items. */
function coded(example: string, node: string, items: object[]): Array<Record<string, string>> {
	const { nodes } = JSON.parse(read(`examples/${example}.json`)) as Workflow;
	const code = nodes.find(({ name }) => name === node)?.parameters.jsCode ?? '';
	const $input = { all: () => items.map((json) => ({ json })) };
	const given = runInNewContext(`(() => {${code}})()`, { $input }) as Array<{ json: Record<string, string> }>;
	return given.map(({ json }) => json);
}

test('a YARA file that begins with a comment and imports gives each rule the imports, and no others', () => {
	const text = [
		'// Rules of week 47',
		'import "pe"',
		'import "hash"',
		'',
		'private rule IsPe { condition: pe.is_pe }',
		'',
		'rule Loader : lockpick',
		'{',
		'  meta:',
		'    technique = "T1027"',
		'  condition:',
		'    IsPe and pe.number_of_sections > 3',
		'}',
		'',
	].join('\r\n');
	const rules = coded('yara-to-signatures', 'Each rule', [{ file: 'week47.yar', text }]);
	expect(rules.map(({ rule, technique }) => [rule, technique])).toEqual([
		['IsPe', ''],
		['Loader', 'T1027'],
	]);
	for (const { text: one } of rules) expect(one).toMatch(/^import "pe"\nimport "hash"\n(private )?rule /);
	expect(rules[1]?.text).not.toContain('Rules of week 47');
	expect(rules[1]?.text).toMatch(/\}$/);
});
