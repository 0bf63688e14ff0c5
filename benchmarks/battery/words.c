/* Writes the words of streams to stdout, in the byte order of the machine, without end or as many as are asked for.

   words KEYS [COUNT] */

#include "words.h"

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: words KEYS [COUNT]\n");
        return 2;
    }
    read_keys(argv[1]);
    uint64_t left = argc == 3 ? strtoull(argv[2], NULL, 10) : UINT64_MAX;
    static uint64_t block[1 << 13];
    while (left > 0) {
        uint64_t count = left < (1 << 13) ? left : (1 << 13);
        for (uint64_t i = 0; i < count; ++i)
            block[i] = next_word();
        if (fwrite(block, sizeof block[0], count, stdout) < count)
            return 0; /* the reader has seen enough */
        left -= count;
    }
    return 0;
}
