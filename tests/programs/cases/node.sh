# node: JSON, Buffers, worker threads, crypto, zlib
#
# needs: node
# programs: node

cat >program.js <<'END'
'use strict';
const { Worker, isMainThread, parentPort, workerData } =
	require('worker_threads');
const crypto = require('crypto');
const zlib = require('zlib');

function table(seed, rows) {
	const list = [];
	for (let i = 0, x = seed; i < rows; i++) {
		x = (x * 16807) % 2147483647;
		list.push({ id: i, key: 'k' + x, text: 'ä'.repeat(x % 50),
			nested: [x % 3, { y: x / 7 }] });
	}
	return list;
}

function sha256(data) {
	return crypto.createHash('sha256').update(data).digest('hex');
}

function work(seed) {
	const text = JSON.stringify(table(seed, 20000));
	const map = new Map(JSON.parse(text).map((row) => [row.key, row]));
	const packed = zlib.gzipSync(text, { level: 4 });
	if (zlib.gunzipSync(packed).toString() !== text)
		throw new Error('gunzip differs');
	return [seed, map.size, sha256(text), packed.length].join(' ');
}

function buffers() {
	const kept = [];
	for (let i = 0; i < 60000; i++) {
		const buffer = Buffer.alloc(i % 2000 + 1, i & 255);
		if (i % 50 === 0)
			kept.push(buffer);
	}
	kept.push(Buffer.allocUnsafeSlow(1 << 24).fill('pattern'));
	return sha256(Buffer.concat(kept));
}

function runWorker(seed) {
	return new Promise((resolve, reject) => {
		const worker = new Worker(__filename, { workerData: seed });
		worker.on('message', resolve);
		worker.on('error', reject);
	});
}

async function main() {
	console.log(work(42));
	console.log(buffers());
	console.log(sha256(crypto.pbkdf2Sync('a', 'b', 20000, 64, 'sha512')));
	for (let round = 0; round < 2; round++)
		console.log((await Promise.all([1, 2, 3, 4].map(runWorker)))
			.join('\n'));
	const packed = await Promise.all([...Array(16).keys()].map((i) =>
		new Promise((resolve) => zlib.brotliCompress(
			Buffer.alloc(200000, 'text ' + i),
			{ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } },
			(error, data) => resolve(error || sha256(data))))));
	console.log(packed.join('\n'));
}

if (isMainThread)
	main();
else
	parentPort.postMessage(work(workerData));
END
node program.js
