# java: threads, maps, direct buffers, native zlib; compiles its source itself
#
# needs: java
# programs: java

cat >Program.java <<'END'
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import java.util.zip.*;

public class Program {
	static String sha256(byte[] data) throws Exception {
		return HexFormat.of().formatHex(
			MessageDigest.getInstance("SHA-256").digest(data));
	}

	static String work(int seed) throws Exception {
		Random random = new Random(seed);
		TreeMap<String, List<Integer>> map = new TreeMap<>();
		for (int i = 0; i < 40000; i++)
			map.computeIfAbsent("key" + random.nextInt(5000),
				key -> new ArrayList<>()).add(i);
		byte[] text = map.toString().getBytes(StandardCharsets.UTF_8);
		Deflater deflater = new Deflater(6);
		deflater.setInput(text);
		deflater.finish();
		byte[] packed = new byte[text.length];
		int length = deflater.deflate(packed);
		deflater.end();
		return seed + " " + map.size() + " " + sha256(text) + " " + length;
	}

	static long directBuffers() {
		long sum = 0;
		List<ByteBuffer> kept = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			ByteBuffer buffer = ByteBuffer.allocateDirect(1 + i * 37 % 20000);
			buffer.put(buffer.capacity() - 1, (byte) i);
			if (i % 10 == 0)
				kept.add(buffer);
		}
		for (ByteBuffer buffer : kept)
			for (int i = 0; i < buffer.capacity(); i++)
				sum = sum * 31 + buffer.get(i);
		return sum;
	}

	static void threads() throws Exception {
		ConcurrentHashMap<Integer, Integer> map = new ConcurrentHashMap<>();
		List<Thread> threads = new ArrayList<>();
		for (int t = 0; t < 100; t++) {
			int start = t * 500;
			Thread thread = new Thread(() -> {
				for (int i = start; i < start + 1000; i++)
					map.merge(i, i, Integer::sum);
			});
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads)
			thread.join();
		System.out.println(map.size() + " " +
			map.values().stream().mapToLong(i -> i).sum());
	}

	public static void main(String[] arguments) throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(4);
		List<Future<String>> results = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			int seed = i;
			results.add(pool.submit(() -> work(seed)));
		}
		for (Future<String> result : results)
			System.out.println(result.get());
		pool.shutdown();
		threads();
		System.out.println(directBuffers());
		Map<Integer, Long> lengths = IntStream.range(0, 200000).parallel()
			.mapToObj(Integer::toHexString)
			.collect(Collectors.groupingBy(String::length,
				TreeMap::new, Collectors.counting()));
		System.out.println(lengths);
		Process child = new ProcessBuilder("echo", "child").start();
		System.out.println(new String(child.getInputStream().readAllBytes())
			.trim() + child.waitFor());
	}
}
END
java -Xmx256m Program.java
