# SPDX-License-Identifier: MIT
#
# perl: text, hashes, regular expressions, sorting and closures
#
# needs: perl
# measures: perl

. "$(dirname "$0")/program.bash"

export PERL_HASH_SEED=0

prepare()
{
	cat >program.pl <<-'END'
	use strict;
	use warnings;

	my ($size, $x) = ($ARGV[0], 1);

	sub random
	{
		$x = ($x * 1103515245 + 12345) & 0x7fffffff;
		return ($x >> 8) % $_[0];
	}

	sub line
	{
		return join ' ', map {
			join '', map { chr(97 + random(26)) } 0 .. random(5)
		} 1 .. 12;
	}

	my @lines = map { line() } 1 .. $size;

	my (%words, %index);
	for my $number (0 .. $#lines) {
		for my $word (split / /, $lines[$number]) {
			$words{$word}++;
			push @{$index{length $word}{substr $word, 0, 1}}, $number;
		}
	}
	my @common = sort { $words{$b} <=> $words{$a} || $a cmp $b } keys %words;
	print scalar(@common), " @common[0 .. 9]\n";
	for my $length (sort keys %index) {
		my $of = $index{$length};
		print "$length: ", join(' ', map { $_ . @{$of->{$_}} } sort keys %$of),
			"\n";
	}

	my $text = join "\n", @lines;
	my %ends;
	$ends{$2}++ while $text =~ /\b(\w+?)(\w\w)\b/g;
	print scalar(keys %ends), "\n";
	(my $changed = $text) =~ s/([aeiou])(\w)/uc($2) . $1 x 3/ge;
	print length($changed), ' ', unpack('%32C*', $changed), "\n";

	my @closures = map { my $n = $_; sub { $n += shift } } 1 .. $size;
	my $sum = 0;
	$sum += $_->(5) for @closures, @closures;
	print "$sum\n";

	my @records = sort { $a->{n} <=> $b->{n} || $a->{text} cmp $b->{text} }
		map { { n => random(1000), text => $_, pad => 'x' x random(300) } }
		@lines;
	print join(' ', map { $_->{n} } @records[0 .. 9]), "\n";
	delete @words{grep { $words{$_} == 1 } keys %words};
	print scalar(keys %words), "\n";
	END
}

run()
{
	under_test perl program.pl "$(size 14000 1400)"
}

program_main "$@"
