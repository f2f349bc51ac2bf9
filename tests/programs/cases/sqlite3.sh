# sqlite3: a database, joins, indexes, vacuum, full-text search
#
# needs: sqlite3
# programs: sqlite3

cat >script.sql <<'END'
CREATE TABLE item(id INTEGER PRIMARY KEY, grp INT, name TEXT, data BLOB);
CREATE TABLE part(item INT REFERENCES item(id), n INT, price REAL);
WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM count
	WHERE i < 60000)
INSERT INTO item SELECT i, i * 7919 % 1009, 'name ' || (i * 31 % 60013),
	zeroblob(i % 200) FROM count;
INSERT INTO part SELECT item.id, n.value, item.id * n.value / 7.0
	FROM item, json_each('[1,2,3]') AS n WHERE item.id % 2;
CREATE INDEX item_grp ON item(grp, name);
CREATE UNIQUE INDEX item_name ON item(name, id);
CREATE INDEX part_item ON part(item);
ANALYZE;
SELECT grp, count(*), sum(price), max(name), total(length(data))
	FROM item JOIN part ON item = id GROUP BY grp ORDER BY grp LIMIT 50;
SELECT count(*) FROM item a JOIN item b ON a.grp = b.grp AND a.id < b.id;
SELECT group_concat(name, ';') FROM (SELECT name FROM item WHERE grp = 5
	ORDER BY name);
SELECT id, sum(n) OVER (PARTITION BY grp ORDER BY id) FROM item JOIN part
	ON item = id ORDER BY id DESC LIMIT 20;
CREATE VIRTUAL TABLE words USING fts5(name);
INSERT INTO words SELECT name || ' and ' || grp FROM item LIMIT 20000;
SELECT count(*) FROM words WHERE words MATCH 'and NOT 5';
DELETE FROM item WHERE id % 3 = 0;
UPDATE item SET name = upper(name) || hex(data) WHERE id % 5 = 0;
PRAGMA foreign_key_check;
VACUUM;
PRAGMA integrity_check;
SELECT count(*), sum(length(name)) FROM item;
END
sqlite3 test.db <script.sql
sqlite3 test.db .dump | sha256sum
sqlite3 -csv test.db 'SELECT * FROM part' >part.csv
sqlite3 :memory: '.import --csv part.csv t' 'SELECT count(*) FROM t'
sha256sum test.db part.csv
