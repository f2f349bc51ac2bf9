# SPDX-License-Identifier: MIT
#
# sqlite3: joins, indexes, groups, windows and changes in a database
#
# needs: sqlite3
# measures: sqlite3

. "$(dirname "$0")/program.bash"

prepare()
{
	sqlite3 database <<-END
	CREATE TABLE item(id INTEGER PRIMARY KEY, grp INT, name TEXT,
		data BLOB);
	CREATE TABLE part(item INT REFERENCES item(id), n INT, price REAL);
	WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count
		WHERE i < $(size 80000 8000))
	INSERT INTO item SELECT i, i * 7919 % 1009, 'name ' || (i * 31 % 60013),
		zeroblob(i % 150) FROM count;
	INSERT INTO part SELECT item.id, n.value, item.id * n.value / 7.0
		FROM item, json_each('[1,2,3]') AS n WHERE item.id % 2;
	CREATE INDEX item_grp ON item(grp, name);
	ANALYZE;
	END
	cat >script.sql <<-'END'
	PRAGMA cache_size = -16000;
	CREATE INDEX part_item ON part(item);
	SELECT grp, count(*), sum(n), max(name), total(length(data))
		FROM item JOIN part ON item = id
		GROUP BY grp ORDER BY 3 DESC, grp LIMIT 50;
	SELECT count(*), count(DISTINCT a.name) FROM item a JOIN item b
		ON a.grp = b.grp AND a.id < b.id WHERE b.id % 10 = 0;
	SELECT length(group_concat(name, ';')) FROM
		(SELECT name FROM item ORDER BY name);
	SELECT sum(running) FROM (SELECT sum(n) OVER
		(PARTITION BY grp ORDER BY id) AS running
		FROM item JOIN part ON item = id);
	SELECT length(json_group_array(json_object('id', id, 'name', name)))
		FROM item;
	CREATE VIRTUAL TABLE words USING fts5(name);
	INSERT INTO words SELECT name || ' and ' || grp FROM item WHERE id % 2;
	SELECT count(*) FROM words WHERE words MATCH 'and NOT 5';
	DELETE FROM item WHERE id % 3 = 0;
	UPDATE item SET name = upper(name) || hex(data) WHERE id % 5 = 0;
	SELECT count(*), sum(length(name)) FROM item;
	PRAGMA integrity_check;
	END
}

run()
{
	cp database changed
	under_test sqlite3 -bail changed <script.sql
}

program_main "$@"
