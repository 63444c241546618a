import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { startHttpServer } from './httpServer';

/** What a model sees of a tool. */
export type OfferedTool = { name: string; description?: string; parameters?: Record<string, unknown> };

/** One request to a model. */
export type Turn = {
	tools: OfferedTool[];
	/** What the tools have answered so far, in the order of the conversation. */
	results: string[];
	/** What the user has said. */
	said: string;
};

export type Call = { tool: string; args: Record<string, unknown> };

/** What a model answers: text, or calls of tools, which n8n may run at the same time. */
export type Reply = string | Call[];

export type Step = (turn: Turn) => Reply;

/** A model server whose answers are written down beforehand. */
export type ScriptedModel = {
	/** For a credential of OpenAI. */
	url: string;
	/** Gives a model, by its name, the answers to its next requests. */
	script(model: string, ...steps: Step[]): void;
	/** The requests to a model. */
	turns(model: string): Turn[];
	close(): Promise<void>;
};

type Json = Record<string, unknown>;

/**
 * A server that speaks OpenAI's protocol as n8n's nodes do: Responses, without streams, and Chat Completions, with and without.
 * A request without tools, such as for the title of a chat, is answered with a word and is no turn.
 */
export async function startScriptedModel(): Promise<ScriptedModel> {
	const scripts = new Map<string, Step[]>();
	const turns = new Map<string, Turn[]>();
	let ids = 0;

	const answer = (model: string, turn: Turn): Reply => {
		if (turn.tools.length === 0) return 'Chat';
		turns.set(model, [...(turns.get(model) ?? []), turn]);
		const step = scripts.get(model)?.shift();
		return step ? step(turn) : 'The script has ended.';
	};
	const withIds = (reply: Call[]) =>
		reply.map(({ tool, args }) => ({ id: `call_${++ids}`, name: tool, arguments: JSON.stringify(args) }));

	const server = await startHttpServer((request, response) => {
		respond(request, response).catch((error: unknown) => {
			response.writeHead(500, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ error: { message: String(error) } }));
		});
	});

	async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = (request.method === 'POST' ? await readJson(request) : {}) as Json;
		const model = String(body.model);
		const { pathname } = new URL(request.url ?? '', 'http://localhost');
		if (pathname === '/v1/models') return sendJson(response, { object: 'list', data: [] });
		if (pathname === '/v1/chat/completions') {
			const reply = answer(model, turnOfChat(body));
			const calls = typeof reply === 'string' ? [] : withIds(reply);
			const message = {
				role: 'assistant',
				content: typeof reply === 'string' ? reply : null,
				...(calls.length > 0 && {
					tool_calls: calls.map(({ id, ...call }, index) => ({
						index,
						id,
						type: 'function',
						function: call,
					})),
				}),
			};
			const finish = calls.length > 0 ? 'tool_calls' : 'stop';
			if (body.stream === true) return sendStream(response, model, message, finish);
			const choices = [{ index: 0, message, finish_reason: finish }];
			return sendJson(response, { ...headOf('chat.completion', model), choices, usage: USAGE });
		}
		if (pathname === '/v1/responses' && body.stream !== true) {
			const reply = answer(model, turnOfResponses(body));
			const output =
				typeof reply === 'string'
					? [outputMessage(reply)]
					: withIds(reply).map(({ id, ...call }) => ({
							type: 'function_call',
							id: `fc_${id}`,
							call_id: id,
							status: 'completed',
							...call,
						}));
			const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
			return sendJson(response, {
				...headOf('response', model),
				created_at: 0,
				status: 'completed',
				output,
				usage,
			});
		}
		response.writeHead(404, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ error: { message: 'Unknown request URL', code: 'unknown_url' } }));
	}

	return {
		url: `${server.url}/v1`,
		script: (model, ...steps) => void scripts.set(model, steps),
		turns: (model) => turns.get(model) ?? [],
		close: async () => await server.close(),
	};
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

const headOf = (object: string, model: string) => ({ id: 'scripted', object, created: 0, model });

const outputMessage = (text: string) => ({
	type: 'message',
	id: 'msg_scripted',
	role: 'assistant',
	status: 'completed',
	content: [{ type: 'output_text', text, annotations: [] }],
});

async function readJson(request: IncomingMessage): Promise<unknown> {
	const pieces: Buffer[] = [];
	request.on('data', (piece: Buffer) => pieces.push(piece));
	await once(request, 'end');
	return JSON.parse(Buffer.concat(pieces).toString());
}

function sendJson(response: ServerResponse, body: Json): void {
	response.writeHead(200, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}

function sendStream(response: ServerResponse, model: string, message: Json, finish: string): void {
	const head = headOf('chat.completion.chunk', model);
	const chunks: Json[] = [
		{ ...head, choices: [{ index: 0, delta: message, finish_reason: null }] },
		{ ...head, choices: [{ index: 0, delta: {}, finish_reason: finish }], usage: USAGE },
	];
	response.writeHead(200, { 'content-type': 'text/event-stream' });
	response.end(
		[...chunks.map((one) => JSON.stringify(one)), '[DONE]'].map((one) => `data: ${one}\n\n`).join(''),
	);
}

/** Text of a message: as it is, or in parts. */
const textOf = (content: unknown): string =>
	Array.isArray(content)
		? content.map((part) => String((part as Json).text ?? '')).join('')
		: typeof content === 'string'
			? content
			: '';

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

const saidIn = (messages: Json[]) =>
	messages
		.filter(({ role }) => role === 'user')
		.map(({ content }) => textOf(content))
		.join('\n');

function turnOfChat({ messages, tools }: Json): Turn {
	const all = listOf(messages);
	return {
		tools: listOf(tools).map((tool) => tool.function as OfferedTool),
		results: all.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content)),
		said: saidIn(all),
	};
}

function turnOfResponses({ input, tools }: Json): Turn {
	const all = typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input);
	return {
		tools: listOf(tools) as unknown as OfferedTool[],
		results: all.filter(({ type }) => type === 'function_call_output').map(({ output }) => textOf(output)),
		said: saidIn(all),
	};
}
