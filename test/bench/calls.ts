import { type ChildProcess, fork } from 'node:child_process';

/** Functions of another process, called by messages. Arguments and results are JSON. */

type Functions = Record<string, (...parameters: never[]) => unknown>;
type Remote<Calls> = {
	[Name in keyof Calls]: Calls[Name] extends (...parameters: infer Given) => infer Answer
		? (...parameters: Given) => Promise<Awaited<Answer>>
		: never;
};
type Handlers<Calls> = {
	[Name in keyof Calls]: Calls[Name] extends (...parameters: infer Given) => infer Answer
		? (...parameters: Given) => Answer | Promise<Awaited<Answer>>
		: never;
};

type Question = { call: string; parameters: never[] };
type Answer = { result?: unknown; error?: string };

/** The side that answers. It ends with the process that started it. */
export function answerCalls<Calls>(handlers: Handlers<Calls>): void {
	process.on('disconnect', () => process.exit());
	const answer = async ({ call, parameters }: Question) => {
		try {
			process.send?.({ result: await (handlers as Functions)[call]?.(...parameters) } satisfies Answer);
		} catch (error) {
			process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
		}
	};
	process.on('message', (question: Question) => void answer(question));
	process.send?.({ result: 'ready' });
}

const nextAnswer = async (child: ChildProcess): Promise<unknown> =>
	await new Promise((resolve, reject) => {
		const ended = (code: number | null) => reject(new Error(`A process of the benchmark ended with ${code}`));
		child.once('exit', ended);
		child.once('message', ({ result, error }: Answer) => {
			child.off('exit', ended);
			if (error === undefined) resolve(result);
			else reject(new Error(error));
		});
	});

/** A process that answers calls, one at a time. */
export type Helper<Calls> = { call: Remote<Calls>; stop(): void };

export async function startHelper<Calls>(
	path: string,
	cwd: string,
	variables: Record<string, string> = {},
): Promise<Helper<Calls>> {
	const env = { ...process.env, N8N_LOG_LEVEL: 'silent', ...variables };
	const child = fork(path, { cwd, env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
	await nextAnswer(child);
	const call = new Proxy({} as Remote<Calls>, {
		get:
			(_target, name) =>
			async (...parameters: unknown[]) => {
				const answer = nextAnswer(child);
				child.send({ call: String(name), parameters });
				return await answer;
			},
	});
	return { call, stop: () => child.disconnect() };
}
