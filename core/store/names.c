/* Uuids, and names of runs (adjective-animal) that are generated from them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/base/rng.h"
#include "core/base/strbuf.h"
#include "core/base/words.h"
#include "core/store/store_internal.h"

enum { NAME_DRAWS = 16 };

static const char *const adjectives[] = {
    "able",     "agile",    "airy",     "alert",  "amber",   "ample",    "ancient",  "apt",
    "arctic",   "ardent",   "artful",   "astral", "atomic",  "autumn",   "avid",     "azure",
    "balmy",    "bare",     "basic",    "bold",   "bonny",   "bookish",  "brave",    "breezy",
    "brief",    "bright",   "brisk",    "broad",  "bronze",  "burly",    "calm",     "candid",
    "careful",  "casual",   "cheery",   "chief",  "chilly",  "civic",    "civil",    "classic",
    "clean",    "clear",    "clever",   "cloudy", "coastal", "cobalt",   "cool",     "copper",
    "coral",    "cosmic",   "cosy",     "crafty", "crimson", "crisp",    "curious",  "curly",
    "dapper",   "daring",   "dashing",  "deep",   "deft",    "dewy",     "direct",   "distant",
    "dreamy",   "dusky",    "eager",    "early",  "earnest", "easy",     "elder",    "electric",
    "elegant",  "equal",    "even",     "fabled", "fair",    "faithful", "famous",   "fast",
    "fearless", "fertile",  "festive",  "fine",   "firm",    "fleet",    "fluent",   "fluffy",
    "fond",     "frank",    "free",     "fresh",  "frosty",  "frugal",   "gallant",  "gentle",
    "gilded",   "glad",     "gleaming", "golden", "good",    "grand",    "grave",    "great",
    "green",    "handy",    "happy",    "hardy",  "hazel",   "hearty",   "hidden",   "honest",
    "humble",   "icy",      "ideal",    "indigo", "ivory",   "jade",     "jaunty",   "jolly",
    "jovial",   "joyful",   "keen",     "kind",   "kindly",  "lanky",    "large",    "late",
    "lavish",   "lean",     "level",    "light",  "lilac",   "limber",   "lively",   "lofty",
    "logical",  "loyal",    "lucid",    "lucky",  "lunar",   "mellow",   "merry",    "mighty",
    "mild",     "mindful",  "misty",    "modest", "mossy",   "neat",     "nimble",   "noble",
    "northern", "novel",    "oaken",    "olive",  "open",    "orderly",  "pale",     "patient",
    "peaceful", "pearly",   "placid",   "plain",  "playful", "plucky",   "polar",    "polite",
    "prime",    "proud",    "prudent",  "pure",   "quick",   "quiet",    "rapid",    "rare",
    "ready",    "regal",    "robust",   "rosy",   "royal",   "rugged",   "rustic",   "sable",
    "sage",     "sandy",    "scarlet",  "serene", "sharp",   "shiny",    "silent",   "silken",
    "silver",   "simple",   "sincere",  "sleek",  "smooth",  "snowy",    "snug",     "sober",
    "solar",    "solid",    "sound",    "spry",   "stable",  "starry",   "steady",   "stellar",
    "still",    "stoic",    "stout",    "sturdy", "subtle",  "sunny",    "super",    "sure",
    "swift",    "tacit",    "tame",     "tender", "thrifty", "tidy",     "tranquil", "true",
    "trusty",   "upbeat",   "urban",    "vast",   "velvet",  "verdant",  "vivid",    "warm",
    "wary",     "watchful", "western",  "whole",  "wily",    "windy",    "winter",   "wise",
    "witty",    "young",    "zesty",
};

static const char *const animals[] = {
    "adder",      "albatross", "alpaca",   "anchovy", "ant",       "anteater", "antelope",
    "armadillo",  "auk",       "avocet",   "axolotl", "badger",    "barbel",   "barnacle",
    "bat",        "bear",      "beaver",   "bee",     "beetle",    "bison",    "bittern",
    "boar",       "bobcat",    "bonobo",   "buffalo", "bullfinch", "bunting",  "buzzard",
    "camel",      "canary",    "capybara", "caribou", "carp",      "cat",      "catfish",
    "cheetah",    "chicken",   "chipmunk", "chough",  "cicada",    "clam",     "cobra",
    "cockatoo",   "cod",       "condor",   "coot",    "cormorant", "coyote",   "crab",
    "crane",      "cricket",   "crow",     "cuckoo",  "curlew",    "deer",     "dingo",
    "dipper",     "dog",       "dolphin",  "donkey",  "dormouse",  "dove",     "dragonfly",
    "duck",       "dunlin",    "dunnock",  "eagle",   "eel",       "egret",    "eider",
    "elk",        "emu",       "ermine",   "falcon",  "ferret",    "finch",    "firefly",
    "flamingo",   "flounder",  "fox",      "frog",    "gadwall",   "gannet",   "gazelle",
    "gecko",      "gerbil",    "gibbon",   "giraffe", "gnu",       "goat",     "godwit",
    "goldfinch",  "goose",     "gopher",   "goshawk", "grebe",     "grouse",   "guppy",
    "haddock",    "hamster",   "hare",     "harrier", "hawk",      "hedgehog", "heron",
    "herring",    "hoopoe",    "hornet",   "horse",   "hyena",     "ibex",     "ibis",
    "iguana",     "impala",    "jackal",   "jackdaw", "jaguar",    "jay",      "kestrel",
    "kingfisher", "kite",      "kiwi",     "koala",   "koi",       "ladybird", "lamprey",
    "lapwing",    "lark",      "lemming",  "lemur",   "leopard",   "limpet",   "linnet",
    "lion",       "lizard",    "llama",    "lobster", "lynx",      "macaw",    "magpie",
    "mallard",    "manatee",   "marlin",   "marmot",  "marten",    "martin",   "meerkat",
    "merlin",     "mink",      "minnow",   "mole",    "mongoose",  "monkey",   "moose",
    "moth",       "mouse",     "mule",     "mussel",  "narwhal",   "newt",     "nightjar",
    "nuthatch",   "ocelot",    "octopus",  "okapi",   "oriole",    "oryx",     "osprey",
    "otter",      "owl",       "ox",       "oyster",  "panda",     "panther",  "parrot",
    "partridge",  "peacock",   "pelican",  "penguin", "perch",     "petrel",   "pheasant",
    "pigeon",     "pike",      "pipit",    "plover",  "pony",      "porpoise", "possum",
    "puffin",     "puma",      "python",   "quail",   "quokka",    "rabbit",   "raccoon",
    "raven",      "redstart",  "reindeer", "robin",   "rook",      "ruff",     "salmon",
    "sandpiper",  "sardine",   "seahorse", "seal",    "serval",    "shark",    "sheep",
    "shrew",      "shrike",    "shrimp",   "siskin",  "skate",     "skylark",  "sloth",
    "snail",      "snipe",     "sparrow",  "spider",  "squid",     "squirrel", "starling",
    "stoat",      "stork",     "sturgeon", "swallow", "swan",      "swift",    "tapir",
    "tern",       "thrush",    "tiger",    "toad",    "toucan",    "trout",    "tuna",
    "turbot",     "turkey",    "turtle",   "viper",   "vole",      "vulture",  "wagtail",
    "walrus",     "warbler",   "weasel",   "whale",   "wigeon",    "wolf",     "wombat",
    "woodcock",   "woodlark",  "wren",     "yak",     "zebra",
};

enum {
	ADJECTIVES = sizeof adjectives / sizeof *adjectives,
	ANIMALS = sizeof animals / sizeof *animals,
};

/* The hexadecimal digits i .. i+n-1 of a uuid, not counting dashes. */
static uint64_t uuid_bits(const char *uuid, int i, int n)
{
	uint64_t bits = 0;

	for (; *uuid && n; uuid++) {
		if (*uuid == '-')
			continue;
		if (i-- > 0)
			continue;
		bits = bits << 4 | (uint64_t)(*uuid <= '9' ? *uuid - '0' : *uuid - 'a' + 10);
		n--;
	}
	return bits;
}

int uuid_make(char out[37], struct error *err)
{
	unsigned char b[16];
	struct strbuf text = STRBUF_INIT;

	if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
		return error_errno(err, ERR_FAILED, "cannot get random numbers from the system");
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4 */
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			strbuf_addc(&text, '-');
		strbuf_addf(&text, "%02x", b[i]);
	}
	memcpy(out, text.buf, 37);
	strbuf_release(&text);
	return 0;
}

static int name_taken(struct store *s, const char *name, struct error *err)
{
	int64_t id;

	return db_int(s, &id, err, "SELECT id FROM run WHERE name = ?", "t", name);
}

int run_name_make(struct store *s, const char *uuid, char *out, size_t size, struct error *err)
{
	char base[48], name[64];
	struct rng r;
	int taken = 1;

	rng_init(&r, uuid_bits(uuid, 0, 12), RNG_NAME, 0, uuid_bits(uuid, 20, 12));
	for (int i = 0; taken > 0 && i < NAME_DRAWS; i++) {
		snprintf(base, sizeof base, "%s-%s", adjectives[rng_below(&r, ADJECTIVES)],
			 animals[rng_below(&r, ANIMALS)]);
		snprintf(name, sizeof name, "%s", base);
		taken = name_taken(s, name, err);
	}
	for (int n = 2; taken > 0; n++) {
		snprintf(name, sizeof name, "%s-%d", base, n);
		taken = name_taken(s, name, err);
	}
	if (taken < 0)
		return -1;
	snprintf(out, size, "%s", name);
	return 0;
}

int name_like(struct store *s, const char *sql, const char *base, char out[64], struct error *err)
{
	int64_t id;
	int taken = 1;

	for (int n = 2; taken > 0; n++) {
		char tail[16];

		snprintf(tail, sizeof tail, "-%d", n);
		snprintf(out, 64, "%.*s%s", (int)(63 - strlen(tail)), base, tail);
		taken = db_int(s, &id, err, sql, "t", out);
	}
	return taken;
}

int run_name_check(const char *name, struct error *err)
{
	size_t n = strlen(name);

	if (!n || n > 63 ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789._-") != n)
		return error_set(err, ERR_USAGE,
				 "run name '%s': a name has 1 to 63 letters, digits, '.', '_' and "
				 "'-'",
				 name);
	if (strspn(name, "0123456789") == n || name[0] == '-')
		return error_set(
		    err, ERR_USAGE,
		    "run name '%s': a name is not a number and does not start with '-'", name);
	return 0;
}

int store_nearest(struct store *s, const char *sql, const char *word, char out[64],
		  struct error *err)
{
	sqlite3_stmt *st = db_prepare(s, sql, err);
	int more, best = strlen(word) <= WORD_LONGEST ? 1 + (int)strlen(word) / 3 : 0, d;

	out[0] = 0;
	if (!st)
		return -1;
	while ((more = db_step(s, st, err)) > 0) {
		d = word_distance(word, db_text(st, 0));
		if (d < best || (d == best && !out[0])) {
			best = d;
			db_text_into(st, 0, out, 64);
		}
	}
	return more;
}
