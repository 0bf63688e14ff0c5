/* Runs a battery of TestU01 (L'Ecuyer and Simard 2007, doi 10.1145/1268776.1268777) on streams.

   crush small|crush|big high|low|both|reversed KEYS

   TestU01 takes 32 bits at a time and looks at the leading ones most. `high` and `low` give one half of each word,
   `both` the high and then the low half, and `reversed` the high half with its bits in the opposite order. */

#include "bbattery.h"
#include "unif01.h"

#include <string.h>

#include "words.h"

static unsigned int high(void) { return (unsigned int)(next_word() >> 32); }

static unsigned int low(void) { return (unsigned int)next_word(); }

static unsigned int both(void)
{
    static uint64_t word;
    static int is_second;
    if (!is_second)
        word = next_word();
    is_second = !is_second;
    return (unsigned int)(is_second ? word >> 32 : word);
}

static unsigned int reversed(void)
{
    unsigned int in = high(), out = 0;
    for (int bit = 0; bit < 32; ++bit)
        out |= (in >> bit & 1u) << (31 - bit);
    return out;
}

int main(int argc, char **argv)
{
    static const struct { const char *name; unsigned int (*bits)(void); } parts[] = {
        {"high", high}, {"low", low}, {"both", both}, {"reversed", reversed}};
    static const struct { const char *name; void (*run)(unif01_Gen *); } batteries[] = {
        {"small", bbattery_SmallCrush}, {"crush", bbattery_Crush}, {"big", bbattery_BigCrush}};
    int part = 0, battery = 0;
    while (argc == 4 && part < 4 && strcmp(argv[2], parts[part].name))
        ++part;
    while (argc == 4 && battery < 3 && strcmp(argv[1], batteries[battery].name))
        ++battery;
    if (argc != 4 || part == 4 || battery == 3) {
        fprintf(stderr, "usage: crush small|crush|big high|low|both|reversed KEYS\n");
        return 2;
    }
    read_keys(argv[3]);
    char name[200];
    snprintf(name, sizeof name, "%.100s %s", argv[3], argv[2]);
    unif01_Gen *generator = unif01_CreateExternGenBits(name, parts[part].bits);
    batteries[battery].run(generator);
    unif01_DeleteExternGenBits(generator);
    return 0;
}
