import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import {
	asError,
	errorMessage,
	InvalidInput,
	isInDoubt,
	isWrite,
	ServiceFailure,
	toErrorItem,
	toNodeError,
} from '../../nodes/shared/core/errors';

/** The messages and advice for an item that failed. */

const node: INode = { id: '1', name: 'Node', type: 'test', typeVersion: 1, position: [0, 0], parameters: {} };
const failure = new ServiceFailure(
	'The group was not found',
	'Look at the ID.',
	{ httpCode: '404', errCode: 'E1', request: 'GET /groups/1' },
	{ doubt: 'Perhaps it was.', certainty: 'unknown', unanswered: 'timeout' },
);

test('what a tool says of a failure ends with what to do: the model gets the message alone', () => {
	const tool = { ...node, type: 'package.groupTool' };
	const error = toNodeError(tool, new InvalidInput('"Name" cannot be "x"', 'Allowed: "y".'), 0);
	expect(error.message).toBe('"Name" cannot be "x" [item 0]\n\nAllowed: "y".');
	expect((error as NodeOperationError).description).toBe('Allowed: "y".');
	expect(toNodeError(tool, new InvalidInput('Stopped', ''), 0).message).toBe('Stopped [item 0]');
});

describe('the error item', () => {
	test('of a refusal has the message, the advice, and the answer’s codes', () => {
		expect(toErrorItem(failure, 3)).toEqual({
			json: {
				error: 'The group was not found',
				message: 'Look at the ID. Perhaps it was. (GET /groups/1, HTTP 404, code E1)',
			},
			pairedItem: { item: 3 },
		});
	});

	test('of a value that can be corrected has advice on how', () => {
		expect(toErrorItem(new InvalidInput('"Name" is empty', 'Give one.'), 0).json).toEqual({
			error: '"Name" is empty',
			message: 'Give one.',
		});
	});

	test('of a connection that broke holds the code of the network', () => {
		const broken = new ServiceFailure('broken', '', { httpCode: 'ECONNRESET', request: 'GET /groups/1' });
		expect(toErrorItem(broken, 0).json).toEqual({
			error: 'broken',
			message: '(GET /groups/1, ECONNRESET)',
		});
	});

	test.each([
		['an error', new Error('broken'), { error: 'broken' }],
		[
			'an error with a description',
			Object.assign(new Error('broken'), { description: 'Correct it.' }),
			{ error: 'broken', message: 'Correct it.' },
		],
		[
			'an error with another kind of description',
			Object.assign(new Error('broken'), { description: 1 }),
			{ error: 'broken' },
		],
		['a text', 'broken', { error: 'broken' }],
	])('of %s holds what is known', (_what, error, expected) => {
		expect(toErrorItem(error, 1).json).toEqual(expected);
	});

	test('holds no key by which an older n8n would leave it among the items that succeeded', () => {
		for (const error of [failure, new InvalidInput('"Name" is empty', 'Give one.'), new Error('x'), 'x']) {
			const { json, error: own } = toErrorItem(error, 0);
			expect(own).toBeUndefined();
			expect([['error'], ['error', 'message']]).toContainEqual(Object.keys(json));
		}
	});
});

describe('the error that stops the execution', () => {
	test('is an API error for a refusal, with its status, the item and the number of items that succeeded', () => {
		const error = toNodeError(node, failure, 2, '1 of 3 items had gone through.') as NodeApiError;
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error.message).toBe('The group was not found [item 2]');
		expect(error.description).toBe('Look at the ID. Perhaps it was. 1 of 3 items had gone through.');
		expect(error.httpCode).toBe('404');
		expect(error.context.itemIndex).toBe(2);
	});

	test('is an operation error for anything else', () => {
		const error = toNodeError(
			node,
			new InvalidInput('"Name" is empty', 'Give one.'),
			0,
		) as NodeOperationError;
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe('"Name" is empty [item 0]');
		expect(error.description).toBe('Give one.');
		expect(error.context.itemIndex).toBe(0);
	});

	test('keeps a message that contains a network error code', () => {
		const message = 'The group ENOENT was not found';
		expect(toNodeError(node, new ServiceFailure(message, ''), 0).message).toBe(`${message} [item 0]`);
	});
});

describe('a refusal', () => {
	test('has only advice if nothing is in doubt', () => {
		expect(new ServiceFailure('no', 'Look.').description).toBe('Look.');
		expect(isInDoubt(new ServiceFailure('no', 'Look.'))).toBe(false);
		expect(isInDoubt(new Error('no'))).toBe(false);
	});

	test('can have another text about what may have been done', () => {
		const other = failure.inDoubt('Look for "x".');
		expect(other.message).toBe(failure.message);
		expect(other.description).toBe('Look at the ID. Look for "x".');
		expect(other.details).toEqual(failure.details);
		expect(other).toMatchObject({ certainty: 'unknown', unanswered: 'timeout', doubt: 'Look for "x".' });
		expect(failure.inDoubt('x', 'findable').certainty).toBe('findable');
		expect(isInDoubt(other)).toBe(true);
	});

	test('of a request that changes nothing of the user’s is not in doubt', () => {
		const other = failure.withoutDoubt();
		expect(other.description).toBe('Look at the ID.');
		expect(other).toMatchObject({ message: failure.message, details: failure.details, doubt: '' });
		expect(isInDoubt(other)).toBe(false);
	});

	test('is not in doubt after a look-up has found nothing', () => {
		const other = failure.provenNotDone();
		expect(other.message).toBe(failure.message);
		expect(other.description).toBe('Look at the ID. Nothing was made: it was looked up.');
		expect(other.details).toEqual(failure.details);
		expect(other).toMatchObject({ certainty: 'notDone', doubt: '' });
		expect(isInDoubt(other)).toBe(false);
		expect(new ServiceFailure('no', '').provenNotDone().description).toBe(
			'Nothing was made: it was looked up.',
		);
	});
});

test.each([
	['GET', false],
	['OPTIONS', false],
	['GET /api/v3/groups', false],
	['POST', true],
	['PUT /api/v3/groups/1', true],
	['DELETE /GET', true],
	['GETALL', true],
])('%s changes something: %p', (request, writes) => {
	expect(isWrite(request)).toBe(writes);
});

test('a thrown value that is not an error becomes one', () => {
	const error = new Error('broken');
	expect(asError(error)).toBe(error);
	expect(asError('broken')).toEqual(new Error('broken'));
	expect(errorMessage(404)).toBe('404');
});

describe("the reason of a failure, in n8n's terms,", () => {
	const of = (error: unknown) => (toNodeError(node, error, 0) as NodeApiError).failure;
	const refused = (httpCode: string, state: object = {}) => new ServiceFailure('no', '', { httpCode }, state);

	test.each<[string, unknown, unknown]>([
		['too many requests', refused('429'), { cause: 'rate-limited' }],
		[
			'with a wait',
			refused('429', { retryAfterMs: 90_000 }),
			{ cause: 'rate-limited', retryAfterMs: 90_000 },
		],
		['a service that is down', refused('503'), { cause: 'temporarily-unavailable' }],
		[
			'no response',
			refused('ECONNRESET', { unanswered: 'connection' }),
			{ cause: 'temporarily-unavailable' },
		],
		['a key that is refused', refused('401'), { cause: 'credential-invalid' }],
		['a value that cannot be sent', new InvalidInput('no', ''), { cause: 'configuration-invalid' }],
		['what is about the record', refused('404'), undefined],
		[
			'a write that may have been done, which must not be repeated',
			refused('503', { certainty: 'unknown' }),
			undefined,
		],
		['anything else', new Error('broken'), undefined],
	])('is declared of %s', (_what, error, expected) => {
		expect(of(error)).toEqual(expected);
	});
});
