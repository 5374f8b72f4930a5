/* Differences between compilers, and the prefetch of rows of a picture. */

#include <stdint.h>

#ifdef _MSC_VER
#define restrict __restrict
#endif

/* Function multiversioning: where the compiler has it, the best version that the processor can run is used. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define IN_VERSIONS __attribute__((target_clones("avx2", "sse4.1", "default")))
#else
#define IN_VERSIONS
#endif

/* Vectors whose elements can be shuffled, and reinterpreted as elements of another size. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HAS_SHUFFLES 1
#endif
#endif

/* Prefetch into the level-2 cache, which can wait for more lines at a time than level 1. */
#ifdef __GNUC__
#define FETCH(address) __builtin_prefetch(address, 0, 1)
#else
#define FETCH(address) ((void)(address))
#endif

/* A processor fetches memory in cache lines of LINE bytes, and by itself not beyond the end of a short row. */
enum { LINE = 64, ROWS_AHEAD = 8 };

/* Prefetch `n` bytes of the row ROWS_AHEAD below this one, if there are so many rows `left` below it. */
static inline void fetch_ahead(const uint8_t *row, int64_t stride, int64_t n, int64_t left) {
    if (left < ROWS_AHEAD) return;
    for (int64_t k = 0; k < n; k += LINE) FETCH(row + ROWS_AHEAD * stride + k);
}
