# php: arrays, strings, regular expressions; extensions opened with RTLD_DEEPBIND
#
# needs: php
# programs: php

cat >program.php <<'END'
<?php
foreach (['PDO', 'iconv', 'fileinfo', 'tokenizer', 'posix'] as $extension)
	if (!extension_loaded($extension))
		exit("without $extension\n");

$words = [];
for ($i = 0; $i < 200000; $i++)
	$words['w' . ($i * 7919 % 30011)][] = str_repeat(chr(97 + $i % 26), $i % 50);
ksort($words);
$all = '';
foreach ($words as $word => $parts)
	$all .= $word . ':' . implode(',', $parts) . "\n";
echo strlen($all), ' ', md5($all), "\n";
echo md5(preg_replace_callback('/([aeiou])\1+/',
	fn($m) => strtoupper($m[0]) . strlen($m[0]), $all)), "\n";
echo md5(iconv('UTF-8', 'UTF-16LE', $all)), "\n";
echo md5(serialize(json_decode(json_encode($words), true))), "\n";
echo (new finfo(FILEINFO_MIME_TYPE))->buffer('%PDF-1.4'), "\n";
echo count(token_get_all(file_get_contents(__FILE__))), "\n";

function tree(int $depth): array
{
	return $depth ? [tree($depth - 1), tree($depth - 1)] : [];
}
for ($i = 0; $i < 5; $i++)
	echo count(tree(14), COUNT_RECURSIVE), "\n";
END
php program.php
USE_ZEND_ALLOC=0 php program.php
