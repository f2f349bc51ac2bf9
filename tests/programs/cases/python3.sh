# python3: numbers, dict, json, re, zlib, threads, fork and spawn
#
# needs: python3
# programs: python3

export PYTHONHASHSEED=0
python3 -c 'print(sum(len(str(i)) for i in range(10**6)))'

cat >program.py <<'END'
import hashlib, json, multiprocessing, random, re, threading, zlib


def table(seed, rows):
    rng = random.Random(seed)
    return {f'key{rng.randrange(10**9)}': {'n': i, 'list': list(range(i % 9)),
            'text': 'x' * rng.randrange(300)} for i in range(rows)}


def digest(value):
    text = json.dumps(value, sort_keys=True, indent=1)
    return hashlib.sha256(text.encode()).hexdigest()


def work(seed):
    value = table(seed, 2000)
    assert json.loads(json.dumps(value)) == value
    return seed, digest(value)


def main():
    value = table(0, 20000)
    text = json.dumps(value)
    print(digest(value), len(text))
    packed = zlib.compress(text.encode(), 6)
    assert zlib.decompress(packed).decode() == text
    print(len(packed), zlib.crc32(packed))
    print(len(re.findall(r'"(key\d+)": \{"n": (\d*7),', text)))
    print(digest(re.sub(r'(x+)"', lambda m: str(len(m[1])), text)))
    print(len(hex(3 ** 100000)), hash(2 ** 100000 % 10 ** 50))
    array = bytearray()
    for i in range(100000):
        array += b'%d,' % i
    print(len(array), zlib.adler32(array))

    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(work(n)))
               for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sorted(results))

    for method in 'fork', 'spawn':
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(work, range(12)))


if __name__ == '__main__':
    main()
END
python3 program.py
PYTHONMALLOC=malloc python3 program.py
