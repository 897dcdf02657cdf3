"""What does the board remember? The tables of its store, and the version of their shape."""

from typing import Final

VERSION: Final = 2
"""Rises with any change below or of what is written: a store of another version is built anew."""

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE positions (
  topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
) WITHOUT ROWID;

-- A canonical story. `into_id` makes it an alias. `snapshot` is canonical.v1 as it stood last.
CREATE TABLE stories (
  n INTEGER PRIMARY KEY,
  canonical_id TEXT NOT NULL UNIQUE,
  into_id TEXT,
  headline TEXT, agency TEXT, language TEXT, slug TEXT, version TEXT,
  founded INTEGER, updated INTEGER NOT NULL DEFAULT 0,
  variants INTEGER NOT NULL DEFAULT 0,
  outlets INTEGER NOT NULL DEFAULT 0,
  repeats INTEGER NOT NULL DEFAULT 0,
  sequence INTEGER NOT NULL DEFAULT 0,
  stripped INTEGER NOT NULL DEFAULT 0,
  corrected INTEGER NOT NULL DEFAULT 0,
  killed INTEGER NOT NULL DEFAULT 0,
  embargoed INTEGER NOT NULL DEFAULT 0,
  standing TEXT NOT NULL DEFAULT 'running',
  carrying INTEGER NOT NULL DEFAULT 0,
  lapsed INTEGER,
  snapshot BLOB
);
CREATE INDEX stories_into ON stories (into_id) WHERE into_id IS NOT NULL;
CREATE INDEX stories_updated ON stories (updated, n) WHERE into_id IS NULL;
CREATE INDEX stories_agency ON stories (agency, updated, n) WHERE into_id IS NULL;
CREATE INDEX stories_language ON stories (language, updated, n) WHERE into_id IS NULL;
CREATE INDEX stories_slug ON stories (slug, updated, n) WHERE into_id IS NULL;
CREATE INDEX stories_stripped ON stories (updated, n) WHERE into_id IS NULL AND stripped;
CREATE INDEX stories_corrected ON stories (updated, n) WHERE into_id IS NULL AND corrected;
CREATE INDEX stories_killed ON stories (updated, n) WHERE into_id IS NULL AND killed;
CREATE INDEX stories_embargoed ON stories (updated, n) WHERE into_id IS NULL AND embargoed;

-- A placement. `story` is the canonical story that goes on; `canonical_id` the id it was published under,
-- whose original its paragraph map counts.
CREATE TABLE variants (
  n INTEGER PRIMARY KEY,
  story INTEGER REFERENCES stories (n),
  canonical_id TEXT,
  partition INTEGER NOT NULL, offset INTEGER NOT NULL,
  sequence INTEGER,
  story_id TEXT NOT NULL,
  status TEXT NOT NULL,
  relation TEXT,
  outlet TEXT, headline TEXT, url TEXT,
  seen INTEGER, lag REAL, coverage REAL, novelty REAL,
  parent TEXT, hops INTEGER, agency TEXT, credit TEXT,
  language TEXT, slug TEXT, kind TEXT, pub_status TEXT, version TEXT, words INTEGER, reason TEXT,
  lapsed INTEGER,
  UNIQUE (partition, offset)
);
CREATE INDEX variants_story ON variants (story, sequence);
CREATE INDEX variants_seen ON variants (story, seen);
CREATE INDEX variants_outlet ON variants (outlet, n);
CREATE INDEX variants_carried ON variants (outlet, story);
CREATE INDEX variants_story_id ON variants (story_id);

-- What only one page at a time needs: variant.v1 without its copy, and the copy (story.v1, zstd).
CREATE TABLE copies (n INTEGER PRIMARY KEY, facts BLOB NOT NULL, copy BLOB NOT NULL);

-- Links from the story of a variant to another canonical story.
CREATE TABLE links (
  n INTEGER NOT NULL, type TEXT NOT NULL, canonical_id TEXT NOT NULL, story_id TEXT NOT NULL,
  share REAL NOT NULL, PRIMARY KEY (n, type, canonical_id, story_id)
) WITHOUT ROWID;
CREATE INDEX links_to ON links (canonical_id);

-- Whom a kill, a hold or a correction reaches: reach.v1 as it was told.
CREATE TABLE reaches (
  n INTEGER PRIMARY KEY, story INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
  sequence INTEGER NOT NULL, facts BLOB NOT NULL, UNIQUE (partition, offset)
);
CREATE INDEX reaches_story ON reaches (story, sequence);

-- When the right to a story ended; its text is nowhere here.
CREATE TABLE lapses (story_id TEXT PRIMARY KEY, ended INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE outlets (
  outlet TEXT PRIMARY KEY,
  variants INTEGER NOT NULL DEFAULT 0,
  founded INTEGER NOT NULL DEFAULT 0,
  from_agency INTEGER NOT NULL DEFAULT 0,
  stripped INTEGER NOT NULL DEFAULT 0,
  last_seen INTEGER
) WITHOUT ROWID;
CREATE TABLE styles (
  outlet TEXT, canonical TEXT, variant TEXT, times INTEGER NOT NULL,
  PRIMARY KEY (outlet, canonical, variant)
) WITHOUT ROWID;

CREATE TABLE rejects (
  n INTEGER PRIMARY KEY,
  reject_id TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL, message TEXT NOT NULL, stage TEXT NOT NULL,
  topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, part INTEGER,
  attempt INTEGER NOT NULL, written INTEGER NOT NULL, size INTEGER NOT NULL, sample BLOB NOT NULL
);
CREATE INDEX rejects_reason ON rejects (reason, n);

-- Records that this version cannot read: counted by what they claim to be.
CREATE TABLE unread (claim TEXT PRIMARY KEY, times INTEGER NOT NULL, error TEXT NOT NULL) WITHOUT ROWID;

-- One row a placement, of the words that its canonical copy does not have; no copy is kept here.
CREATE VIRTUAL TABLE search USING fts5 (
  headline, body, content = '', tokenize = 'unicode61 remove_diacritics 2'
);
"""
