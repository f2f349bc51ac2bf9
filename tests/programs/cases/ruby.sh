# ruby: strings, hashes, threads, fork, the garbage collector under stress
#
# needs: ruby
# programs: ruby

cat >program.rb <<'END'
require 'digest'
require 'json'
require 'zlib'

def table(seed, rows)
  random = Random.new(seed)
  (0...rows).to_h do |i|
    ["key#{random.rand(10**9)}", { n: i, text: 'x' * random.rand(300) }]
  end
end

def digest(value)
  Digest::SHA256.hexdigest(JSON.generate(value))
end

puts digest(table(1, 40_000))
text = +''
100_000.times { |i| text << "#{i.to_s(36)}," }
puts text.size, Zlib.crc32(text), text.scan(/a+b/).size
puts Digest::MD5.hexdigest(text.gsub(/[aeiou]\w/) { |s| s.upcase * 2 })
packed = Zlib::Deflate.deflate(text)
raise 'inflate differs' unless Zlib::Inflate.inflate(packed) == text
puts packed.size, (3**50_000).to_s.size
puts Marshal.load(Marshal.dump(table(2, 10_000))).size

GC.stress = true
list = (1..60).map { |i| { i => [i.to_s * i, :"s#{i}"] } }
puts list.to_s.size
GC.stress = false
GC.compact if GC.respond_to?(:compact)

puts (1..8).map { |n| Thread.new { digest(table(n, 4000)) } }.map(&:value)
puts (1..2).map { |n| Ractor.new(n) { |i| (1..50_000).map(&:to_s).size * i } }
  .map(&:take).inspect

4.times do |n|
  IO.popen('-') do |child|
    puts child ? child.read : digest(table(n, 3000))
  end
end
END
ruby -W0 program.rb
