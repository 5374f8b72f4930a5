/* What compilers call differently, and how rows of a picture are asked for before they are needed. */

#include <stdint.h>

#ifdef _MSC_VER
#define restrict __restrict
#endif

/* Where one file may hold a function in several versions, the best that the processor can run is used. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define IN_VERSIONS __attribute__((target_clones("avx2", "sse4.1", "default")))
#else
#define IN_VERSIONS
#endif

/* Vectors whose parts can be put in another order, and looked at as parts of another size. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HAS_SHUFFLES 1
#endif
#endif

/* Into the second cache, which can wait for more of them at a time than the first. */
#ifdef __GNUC__
#define FETCH(address) __builtin_prefetch(address, 0, 1)
#else
#define FETCH(address) ((void)(address))
#endif

/* A processor fetches memory in lines of so many bytes, and by itself not beyond the end of a short row. */
enum { LINE = 64, ROWS_AHEAD = 8 };

/* Ask for `n` bytes of the row that lies ROWS_AHEAD below this one, if there are so many rows `left` below it. */
static inline void fetch_ahead(const uint8_t *row, int64_t stride, int64_t n, int64_t left) {
    if (left < ROWS_AHEAD) return;
    for (int64_t k = 0; k < n; k += LINE) FETCH(row + ROWS_AHEAD * stride + k);
}
