import { KeyedMutex } from '../../nodes/shared/http/keyedMutex';

/** @returns work that ends when it is told to, and what has begun and ended so far */
function recorder() {
	const log: string[] = [];
	const endings = new Map<string, (error?: Error) => void>();
	const work = (name: string) => async () => {
		log.push(`+${name}`);
		await new Promise<void>((resolve, reject) => {
			endings.set(name, (error) => (error ? reject(error) : resolve()));
		});
		log.push(`-${name}`);
		return name;
	};
	const end = async (name: string, error?: Error) => {
		endings.get(name)?.(error);
		await new Promise((resolve) => setImmediate(resolve));
	};
	return { log, work, end };
}

test('work that shares a key runs in the order of the calls, and other work beside it', async () => {
	const mutex = new KeyedMutex();
	const { log, work, end } = recorder();
	const all = Promise.all([
		mutex.runExclusive(['a'], work('1')),
		mutex.runExclusive(['a', 'b'], work('2')),
		mutex.runExclusive(['b'], work('3')),
		mutex.runExclusive(['c'], work('4')),
	]);
	await end('');
	expect(log).toEqual(['+1', '+4']);
	await end('1');
	expect(log).toEqual(['+1', '+4', '-1', '+2']);
	await end('2');
	await end('3');
	await end('4');
	expect(log.slice(4)).toEqual(['-2', '+3', '-3', '-4']);
	expect(await all).toEqual(['1', '2', '3', '4']);
});

test('an error reaches its own caller only, and the next work runs', async () => {
	const mutex = new KeyedMutex();
	const { work, end } = recorder();
	const first = mutex.runExclusive(['a'], work('1'));
	const second = mutex.runExclusive(['a'], work('2'));
	const failed = expect(first).rejects.toThrow('no answer');
	await end('');
	await end('1', new Error('no answer'));
	await failed;
	await end('2');
	expect(await second).toBe('2');
});

test('two pieces of work with the same keys in another order do not wait for each other', async () => {
	const mutex = new KeyedMutex();
	const work = async () => await Promise.resolve('done');
	const both = Promise.all([mutex.runExclusive(['a', 'b'], work), mutex.runExclusive(['b', 'a'], work)]);
	expect(await both).toEqual(['done', 'done']);
});
