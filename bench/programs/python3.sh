# SPDX-License-Identifier: MIT
#
# python3: objects, dicts, strings and JSON, on Python's own small-object pools
#
# Python takes objects of up to 512 bytes from pools of its own, as it does for
# its users; malloc serves the rest.  python3-malloc is the same without them.
#
# needs: python3
# measures: python3

. "$(dirname "$0")/program.bash"

python_malloc=${python_malloc-pymalloc}
export PYTHONHASHSEED=0

prepare()
{
	cat >program.py <<-'END'
	import hashlib
	import json
	import random
	import sys


	class Account:
	    def __init__(self, name, limit):
	        self.name = name
	        self.limit = limit
	        self.entries = []

	    def book(self, text, amount):
	        if self.balance() + amount <= self.limit:
	            self.entries.append((text, amount))

	    def balance(self):
	        return sum(amount for _, amount in self.entries[-20:])


	def digest(text):
	    return hashlib.sha256(text.encode()).hexdigest()


	def accounts(rng, count):
	    made = {}
	    for i in range(count):
	        account = Account(f'account {rng.randrange(10**9)}', 1000)
	        for k in range(rng.randrange(30)):
	            account.book(f'entry {i}/{k}', rng.randrange(-500, 700))
	        made[account.name] = account
	    return made


	def as_json(made):
	    rows = [{'name': a.name, 'entries': a.entries, 'sum': a.balance()}
	            for a in made.values()]
	    text = json.dumps(rows)
	    again = json.loads(text)
	    assert len(again) == len(rows)
	    return text


	def count_words(text):
	    counts = {}
	    for word in text.replace('"', ' ').replace(',', ' ').split():
	        counts[word] = counts.get(word, 0) + 1
	    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


	def join_and_cut(rng, count):
	    pieces = []
	    for _ in range(count):
	        piece = 'x' * rng.randrange(2000) + str(rng.randrange(1000))
	        pieces.append(piece[rng.randrange(200):])
	        if len(pieces) > 2000:
	            pieces[rng.randrange(2000)] = pieces.pop() + 'end'
	    return ''.join(pieces)


	def main():
	    size = int(sys.argv[1])
	    rng = random.Random(42)
	    made = accounts(rng, size)
	    text = as_json(made)
	    print(len(made), len(text), digest(text))
	    words = count_words(text)
	    print(len(words), words[:5])
	    print(digest(join_and_cut(rng, size * 3)))
	    table = [[(i * k) % 1009 for k in range(120)]
	             for i in range(size // 8)]
	    print(sum(map(sum, zip(*table))))
	    print(sum(len(set(row)) for row in table))


	main()
	END
}

run()
{
	PYTHONMALLOC=$python_malloc under_test \
		python3 program.py "$(size 10000 1000)"
}

program_main "$@"
