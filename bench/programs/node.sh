# SPDX-License-Identifier: MIT
#
# node: JSON, strings, objects and buffers
#
# needs: node
# measures: node

. "$(dirname "$0")/program.bash"

prepare()
{
	cat >program.js <<-'END'
	'use strict';
	const crypto = require('crypto');
	const zlib = require('zlib');

	let state = 42;

	function random(below) {
		state = (state * 16807) % 2147483647;
		return state % below;
	}

	function rows(count) {
		const list = [];
		for (let i = 0; i < count; i++)
			list.push({ id: i, key: 'k' + random(1e9),
				text: 'ä'.repeat(random(50)),
				nested: [random(3), { y: random(1000) / 7 }] });
		return list;
	}

	function sha256(data) {
		return crypto.createHash('sha256').update(data).digest('hex');
	}

	function objects(size) {
		const text = JSON.stringify(rows(size));
		const map = new Map(JSON.parse(text).map((r) => [r.key, r]));
		let sum = 0;
		for (const row of map.values())
			sum += row.nested[0] + row.text.length;
		console.log(map.size, sum, sha256(text));
		return text;
	}

	function strings(text) {
		const counts = {};
		for (const part of text.split(/[",:{}\[\]]+/))
			counts[part] = (counts[part] || 0) + 1;
		const keys = Object.keys(counts).sort();
		console.log(keys.length, sha256(keys.join(' ')));
		console.log(sha256(text.replace(/\d+/g, (d) => d.length + d)));
	}

	function buffers(count) {
		const kept = [];
		for (let i = 0; i < count; i++) {
			const buffer = Buffer.alloc(random(30000) + 1, i & 255);
			if (kept.length < 500)
				kept.push(buffer);
			else
				kept[random(500)] = buffer;
		}
		console.log(sha256(Buffer.concat(kept)));
	}

	function compress(text) {
		for (let i = 0; i < 40; i++) {
			const part = text.slice(i * 1000, i * 1000 + 100000);
			const packed = zlib.gzipSync(part);
			if (zlib.gunzipSync(packed).toString() !== part)
				throw new Error('gunzip differs');
		}
	}

	const size = Number(process.argv[2]);
	for (let round = 0; round < 3; round++) {
		const text = objects(size);
		strings(text);
		buffers(size / 4);
		compress(text);
	}
	END
}

run()
{
	under_test node program.js "$(size 30000 3000)"
}

program_main "$@"
