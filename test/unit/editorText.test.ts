import type { INode } from 'n8n-workflow';

import {
	escapeHtml,
	InvalidInput,
	ServiceFailure,
	toErrorItem,
	toNodeError,
	withoutMarkup,
} from '../../nodes/shared/core/errors';
import { forEditor } from '../../nodes/shared/methods/listSearch';

/** Text from outside makes no link and no picture in n8n's editor. */

const HOSTILE = [
	'<a href="https://evil.example">Log in again</a>',
	'<img src=https://evil.example/pixel.png>',
	'<IMG/SRC="x">',
	'</div><script>alert(1)</script>',
	'<!--',
	'<?xml',
];
const node = { id: '1', name: 'Node', type: 'x', typeVersion: 1, position: [0, 0], parameters: {} } as INode;
const LIVE = /<[a-z/!?]/i;

test.each(HOSTILE)('%s is plain text wherever the editor shows it', (text) => {
	expect(escapeHtml(text)).not.toMatch(LIVE);
	expect(withoutMarkup(text)).not.toMatch(LIVE);
	for (const error of [new ServiceFailure(text, text), new InvalidInput(text, text), new Error(text)]) {
		const shown = toNodeError(node, error, 0, text);
		expect(shown.message).not.toMatch(LIVE);
		expect((shown as Error & { description?: string }).description).not.toMatch(LIVE);
	}
	const entry = forEditor({ name: text, value: text, description: text });
	expect(entry.name).not.toMatch(LIVE);
	expect(entry.description).not.toMatch(LIVE);
	expect(entry.value).toBe(text);
});

test('an error item keeps the text unchanged, because it is data', () => {
	expect(toErrorItem(new ServiceFailure('<b>A</b>', '<i>'), 0).json).toMatchObject({
		error: '<b>A</b>',
		message: '<i>',
	});
});

test('ordinary text stays, and an entity is shown as it was written', () => {
	expect(escapeHtml('Raise Options > Timeout: 3 & 4')).toBe('Raise Options > Timeout: 3 & 4');
	expect(escapeHtml('&lt;img&gt;')).toBe('&amp;lt;img&amp;gt;');
	expect(withoutMarkup('R&D: 1 < 2 > 0')).toBe('R&D: 1 < 2 > 0');
});

test('long text is cut, and no character in two', () => {
	expect(withoutMarkup('x'.repeat(5000)).length).toBeLessThan(2100);
	expect(withoutMarkup('😀'.repeat(50), 5)).toBe('😀😀 (cut)');
	expect(forEditor({ name: 'x'.repeat(500), value: '1' }).name).toHaveLength(206);
});
