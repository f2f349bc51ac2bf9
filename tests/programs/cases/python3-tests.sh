# python3's own tests, the ones that lean on the allocator and on processes
#
# The result of each single test is compared.
#
# needs: python3 /usr/lib/python3*/test/test_dict.py
# programs: python3

# Left out: ProcessTestCaseNoPoll repeats ProcessTestCase, and the other takes
# seconds without allocating.
python3 -m test -j4 --junit-xml results.xml \
	-i ProcessTestCaseNoPoll -i test_find_periodic_pattern \
	test_array test_bytes test_ctypes test_dict test_fork1 test_gc \
	test_json test_list test_memoryview test_mmap test_re test_set \
	test_struct test_subprocess test_thread test_threading test_unicode \
	test_xml_etree test_zlib >&2

cat >results.py <<'END'
import xml.etree.ElementTree


def result(test):
    outcomes = [child.tag for child in test if child.tag not in
                ('system-out', 'system-err')]
    return ' '.join([test.get('name'), test.get('result'), *outcomes])


tests = xml.etree.ElementTree.parse('results.xml').iter('testcase')
print(*sorted(result(test) for test in tests), sep='\n')
END
python3 results.py
