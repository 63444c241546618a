import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type RunOptions = {
	cwd: string;
	env?: NodeJS.ProcessEnv;
	/** Milliseconds after which the command is ended and counts as failed. */
	timeout?: number;
	/** Whether the result includes what it printed on its standard error. */
	both?: boolean;
	/** The ID of the user who runs it; default: ours. */
	uid?: number;
	gid?: number;
};

/** A command that failed, with the end of what it printed. */
export class CommandFailed extends Error {}

/** Our processes that have not ended. An interrupted run must leave none of them behind. */
const running = new Set<ChildProcess>();
let closed = false;

/**
 * Says that it runs, and waits for a line that says that all is well. If the parent process ends without one, the
 * script does the rest.
 */
const guarded = (rest: string) => `echo; exec > /dev/null; read -r _ && exit; ${rest}`;
const END_GROUP = guarded(
	`kill -s TERM -- "-$1"; n=0
	while kill -s 0 -- "-$1" && [ $n -lt 150 ]; do n=$((n + 1)); sleep 0.1; done
	kill -s KILL -- "-$1"`,
);
// Programs that are ending may still write into the folder, so it is removed again while a process uses it (Linux
// only).
const REMOVE_FOLDER = guarded(
	`n=0
	used() { grep -qsF -- "$1" /proc/[0-9]*/environ || ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -qF -- "$1"; }
	while { used "$1" || ! rm -rf -- "$1"; } && [ $n -lt 60 ]; do n=$((n + 1)); sleep 0.5; done
	rm -rf -- "$1"`,
);

/**
 * Waits for a line on file descriptor 3, and then becomes the given command. If the parent process ends first, it ends
 * too.
 */
const WAIT = 'read -r _ <&3 || exit; exec "$@" 3<&-';

type Guard = {
	/** Fulfilled when the guard runs. Ctrl+C also ends a guard that does not run yet. */
	runs: Promise<boolean>;
	/** To be called when the guard has nothing left to do. */
	release: () => void;
};

/**
 * A small process that outlives this one, even if this one ends by Ctrl+C, by a signal that nobody can catch, or inside
 * jest, whose tests get no signal.
 */
function guard(script: string, argument: string): Guard {
	const child = spawn('sh', ['-c', script, 'guard', argument], {
		detached: true,
		stdio: ['pipe', 'pipe', 'ignore'],
	});
	child.unref();
	(child.stdin as Socket).unref();
	child.stdin.on('error', () => undefined);
	const runs = new Promise<boolean>((resolve) => {
		child.stdout.once('data', () => resolve(true));
		child.stdout.once('close', () => resolve(false));
	});
	void runs.then(() => child.stdout.destroy());
	return { runs, release: () => child.stdin.end('done\n') };
}

/**
 * A folder for the temporary files of this process and of those that it starts. It is removed after this process has
 * ended, however it ends.
 */
export async function temporaryFolder(prefix: string): Promise<string> {
	const folder = join(tmpdir(), prefix + randomBytes(4).toString('hex'));
	if (!(await guard(REMOVE_FOLDER, folder).runs)) throw new Error('Interrupted.');
	mkdirSync(folder);
	// PostgreSQL runs as another user than root, who must be able to enter the folder.
	chmodSync(folder, 0o755);
	process.env.TMPDIR = folder;
	return folder;
}

/**
 * Starts a command in a process group of its own, so that it can be ended with all that it started, and nothing else.
 * It does not outlive this process.
 */
export function start(command: string, args: string[], options: RunOptions & { log?: number }): ChildProcess {
	if (closed) throw new Error('Interrupted.');
	const { cwd, env = process.env, uid, gid, log: stdio = 'pipe' } = options;
	// The command waits until its guard runs, because this process may end between the two. (sh would drop npm's
	// variables for registries.)
	const child = spawn('bash', ['-c', WAIT, command, command, ...args], {
		cwd,
		env,
		uid,
		gid,
		detached: true,
		stdio: ['ignore', stdio, stdio, 'pipe'],
	});
	running.add(child);
	const go = child.stdio[3] as Socket;
	go.on('error', () => undefined);
	for (const end of ['close', 'error']) child.once(end, () => running.delete(child));
	if (child.pid === undefined) {
		go.destroy();
	} else {
		const { runs, release } = guard(END_GROUP, String(child.pid));
		void runs.then((isGuarded) => (isGuarded ? go.end('go\n') : go.destroy()));
		child.once('close', release);
	}
	return child;
}

/**
 * Runs a command to its end.
 *
 * @returns what it printed on its standard output
 * @throws CommandFailed
 */
export async function run(command: string, args: string[], options: RunOptions): Promise<string> {
	const child = start(command, args, options);
	let output = '';
	let everything = '';
	child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
	for (const stream of [child.stdout, child.stderr]) {
		stream?.on('data', (chunk: Buffer) => (everything += chunk.toString()));
	}
	const stopwatch = AbortSignal.timeout(options.timeout ?? 600_000);
	stopwatch.addEventListener('abort', () => void stop(child));
	const failure = await new Promise<string | undefined>((resolve) => {
		child.once('error', (error) => resolve(error.message));
		child.once('close', (code) => resolve(code === 0 ? undefined : `ended with code ${code}`));
	});
	if (failure === undefined) return options.both ? everything : output;
	const why = stopwatch.aborted ? 'took too long' : failure;
	throw new CommandFailed(`${command} ${args.join(' ')}: ${why}\n${excerpt(everything)}`);
}

/** The beginning and the end, because tools say there what is wrong. */
function excerpt(output: string): string {
	const lines = output.trim().split('\n');
	if (lines.length <= 40) return lines.join('\n');
	return [...lines.slice(0, 20), '…', ...lines.slice(-20)].join('\n');
}

/** Asks a process and those that it started to end, and kills them after `grace` milliseconds. */
export async function stop(child: ChildProcess, grace = 15_000): Promise<void> {
	if (hasEnded(child)) return;
	const ended = new Promise((resolve) => child.once('exit', resolve));
	signal(child, 'SIGTERM');
	const inTime = await Promise.race([ended.then(() => true), sleep(grace, false, { ref: false })]);
	if (!inTime) signal(child, 'SIGKILL');
	await ended;
}

/** Kills a process and those that it started at once, like a crash or a power cut. */
export async function kill(child: ChildProcess): Promise<void> {
	if (hasEnded(child)) return;
	const ended = new Promise((resolve) => child.once('exit', resolve));
	signal(child, 'SIGKILL');
	await ended;
}

/** Ends all that `start` has started. After that it starts nothing. */
export async function stopAll(): Promise<void> {
	closed = true;
	await Promise.all([...running].map((child) => stop(child)));
}

export const hasEnded = ({ exitCode, signalCode, pid }: ChildProcess) =>
	pid === undefined || exitCode !== null || signalCode !== null;

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
	try {
		if (pid !== undefined) process.kill(-pid, name);
	} catch {
		// The process has ended in the meantime.
	}
}

/** An environment without npm's own settings, which npm passes to its children. A second npm must read its own. */
export function plainEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
	const own = Object.entries(process.env).filter(
		([name]) =>
			!/^npm_(package|lifecycle|node|execpath|command)/i.test(name) &&
			name !== 'npm_config_local_prefix' &&
			// jest sets it to "test", and n8n's lint rules then take every file for a trigger.
			name !== 'NODE_ENV',
	);
	return { ...Object.fromEntries(own), ...extra };
}
