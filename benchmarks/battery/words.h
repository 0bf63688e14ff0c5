/* The 64-bit words of mcmort's random streams, for test batteries: draw i of a stream is SplitMix64 of its key and i.

   Several streams are interleaved: draw 0 of each stream in turn, then draw 1 of each, and so on, so that a battery
   for one sequence sees any dependence between streams. The keys come from `keys.py`; the hash is written here once
   more, and `tests/sampler/test_battery.py` compares it with the one that mcmort uses. */

#ifndef WORDS_H
#define WORDS_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_STREAMS = 1 << 16 };

static uint64_t keys[MOST_STREAMS];
static uint64_t streams, stream, draw;

/* Read hexadecimal keys, one a line; exit with a message unless there is at least one and not too many. */
static void read_keys(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be read; expected a file of hexadecimal keys, one a line, as keys.py writes it\n", path);
        exit(2);
    }
    uint64_t key;
    while (fscanf(file, "%" SCNx64, &key) == 1) {
        if (streams == MOST_STREAMS) {
            fprintf(stderr, "%s: more than %d keys\n", path, MOST_STREAMS);
            exit(2);
        }
        keys[streams++] = key;
    }
    fclose(file);
    if (streams == 0) {
        fprintf(stderr, "%s: no key found; expected hexadecimal keys, one a line\n", path);
        exit(2);
    }
}

static uint64_t next_word(void)
{
    uint64_t z = keys[stream] + (draw + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    if (++stream == streams) {
        stream = 0;
        ++draw;
    }
    return z ^ (z >> 31);
}

#endif
