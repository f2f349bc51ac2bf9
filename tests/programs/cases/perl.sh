# perl: hashes, regular expressions, sort, closures, fork, threads
#
# needs: perl
# programs: perl

cat >program.pl <<'END'
use strict;
use warnings;

my ($x, %words, %tree) = (1);
sub random { $x = ($x * 1103515245 + 12345) & 0x7fffffff; return $x % $_[0] }

for my $i (1 .. 300_000) {
	my $word = join '', map { chr(97 + random(26)) } 1 .. 1 + random(4);
	$words{$word}++;
	push @{$tree{length $word}{substr $word, 0, 1}}, $i if $i % 3 == 0;
	delete $words{$word} if $i % 11 == 0;
}
print scalar(keys %words), "\n";
print join(',', map { "$_=$words{$_}" } (sort keys %words)[0 .. 50]), "\n";
for my $length (sort keys %tree) {
	printf "%d %s %d\n", $length, $_, scalar @{$tree{$length}{$_}}
		for sort keys %{$tree{$length}};
}

my $text = join ' ', map { $_ x (1 + random(5)) } sort keys %words;
my %ends;
$ends{$2}++ while $text =~ /\b(\w+?)(\w\w)\b/g;
print join(' ', map { "$_$ends{$_}" } sort keys %ends), "\n";
(my $changed = $text) =~ s/([aeiou])(\w)/uc($2) . $1 x 3/ge;
print length($changed), ' ', unpack('%32C*', $changed), "\n";

my @closures = map { my $n = $_; sub { $n += shift } } 1 .. 20_000;
my $sum = 0;
$sum += $_->(5) for @closures, @closures;
print "$sum\n";

my @records = sort { $a->{n} <=> $b->{n} || $a->{s} cmp $b->{s} }
	map { { n => random(1000), s => "s$_", pad => 'x' x random(200) } }
	1 .. 30_000;
print join(' ', map { "$_->{n}:$_->{s}" } @records[0 .. 9]), "\n";

for my $child (1 .. 8) {
	my $pid = open(my $pipe, '-|') // die "fork: $!";
	if (!$pid) {
		my %own = map { $_ => $words{$_} } grep { /^[a-c]/ } keys %words;
		print $child, ' ', scalar(keys %own), "\n";
		exit 0;
	}
	print <$pipe>;
}
END
perl program.pl

cat >threads.pl <<'END'
use strict;
use warnings;
use threads;

my @threads = map {
	my $n = $_;
	threads->create(sub {
		my %h = map { ("$n/$_" => 'v' x ($_ % 50)) } 1 .. 20_000;
		my $length = 0;
		$length += length for values %h;
		return "$n: $length";
	});
} 1 .. 4;
print $_->join, "\n" for @threads;
END
perl threads.pl
