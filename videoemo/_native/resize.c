/* A crop resized and mapped by a look-up table: as `resize_pillow`, in less time and to the same bits.

   Pillow's triangle filter (`Image.resize` with BILINEAR) goes across all rows and then down, with integer weights, and rounds to bytes after each. Here
   the three colours of a pixel are weighted together across, and whole rows down, which compilers vectorise. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compilers.h"

/* Weights are in units of 2**-22, so that a byte times their sum fits into 31 bits for crops of sides up to LONGEST. A square with a side of
   more than MOST_SIDE would take gigabytes, and is refused. */
enum { COLOURS = 3, PRECISION = 22, LONGEST = 1 << 22, MOST_SIDE = 1 << 15, FOUR = 4, EIGHT = 8, LEVELS = 256 };

/* For each of `to` pixels, the pixels it is computed from (`first`, `n`), and their weights, with room for `taps` each. */
typedef struct {
    int64_t to, taps;
    int32_t *first, *n, *weights;
} Filter;

/* Buffers: the shares of one pixel, and EIGHT rows of bytes, of widened numbers and of sums. */
typedef struct {
    double *share;
    int32_t *wide, *sums;
    uint8_t *woven;
} Room;

static int64_t taps_of(int64_t from, int64_t to) { return 2 * (int64_t)ceil(from > to ? (double)from / (double)to : 1) + 1; }

/* Compute the filter's weights: a triangle as wide as two pixels of the coarser grid, normalised to a sum of 1. */
static void weigh(int64_t from, const Filter *filter, double *share) {
    const double scale = (double)from / (double)filter->to, reach = scale < 1 ? 1 : scale, narrowing = 1 / reach;
    for (int64_t i = 0; i < filter->to; i++) {
        const double centre = ((double)i + 0.5) * scale;
        int64_t first = (int64_t)(centre - reach + 0.5), stop = (int64_t)(centre + reach + 0.5);
        if (first < 0) first = 0;
        if (stop > from) stop = from;
        double total = 0;
        for (int64_t k = 0; k < stop - first; k++) {
            const double off = fabs(((double)(k + first) - centre + 0.5) * narrowing);
            share[k] = off < 1 ? 1 - off : 0;
            total += share[k];
        }
        filter->first[i] = (int32_t)first;
        filter->n[i] = (int32_t)(stop - first);
        for (int64_t k = 0; k < stop - first; k++)
            filter->weights[i * filter->taps + k] = (int32_t)(0.5 + share[k] / total * (1 << PRECISION));
    }
}

static const int32_t HALF = 1 << (PRECISION - 1);

/* The byte of a weighted sum; thousands of weights, each rounded, may add up to more than 255. */
static inline uint8_t byte_of(int32_t sum) { return (uint8_t)(sum >> PRECISION > 255 ? 255 : sum >> PRECISION); }

/* Filter a row, whose pixels lie `step` numbers apart: FOUR numbers of each, of which those beyond `step` are the next pixel's, or two times FOUR. */
#ifdef __GNUC__
typedef int32_t Four32 __attribute__((vector_size(FOUR * sizeof(int32_t))));

IN_VERSIONS
static void across(const int32_t *row, int64_t step, const Filter *filter, int32_t *to) {
    const int32_t *weights = filter->weights;
    for (int64_t i = 0; i < filter->to; i++, weights += filter->taps, to += step) {
        const int32_t *from = row + step * filter->first[i];
        const int64_t n = filter->n[i];
        Four32 sum = {HALF, HALF, HALF, HALF}, other = sum, pixel;
        for (int64_t k = 0; k < n; k++, from += step) {
            memcpy(&pixel, from, sizeof pixel);
            sum += pixel * weights[k];
            if (step <= FOUR) continue;
            memcpy(&pixel, from + FOUR, sizeof pixel);
            other += pixel * weights[k];
        }
        memcpy(to, &sum, sizeof sum);
        if (step > FOUR) memcpy(to + FOUR, &other, sizeof other);
    }
}
#else
static void across(const int32_t *row, int64_t step, const Filter *filter, int32_t *to) {
    for (int64_t i = 0; i < filter->to; i++, to += step)
        for (int64_t c = 0; c < step; c++) {
            const int32_t *from = row + step * filter->first[i] + c, *weights = filter->weights + i * filter->taps;
            int32_t sum = HALF;
            for (int64_t k = 0; k < filter->n[i]; k++) sum += from[step * k] * weights[k];
            to[c] = sum;
        }
}
#endif

IN_VERSIONS
static void widen(const uint8_t *restrict from, int64_t n, int32_t *restrict to) {
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
}

IN_VERSIONS
static void narrow(const int32_t *restrict from, int64_t n, uint8_t *restrict to) {
    for (int64_t i = 0; i < n; i++) to[i] = byte_of(from[i]);
}

/* Interleave EIGHT rows, pixel by pixel. */
IN_VERSIONS
static void weave(const uint8_t *const from[EIGHT], int64_t n, uint8_t *restrict to) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < EIGHT; k++) to[EIGHT * i + k] = from[k][i];
}

IN_VERSIONS
static void unweave(const uint8_t *restrict from, int64_t n, uint8_t *const to[EIGHT]) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < EIGHT; k++) to[k][i] = from[EIGHT * i + k];
}

/* Filter a row, or EIGHT interleaved ones, whose pixels have `step` bytes. */
static void row_across(const uint8_t *row, int64_t width, int64_t step, const Filter *filter, const Room *room, uint8_t *to) {
    widen(row, step * width, room->wide);
    memset(room->wide + step * width, 0, EIGHT * sizeof(int32_t)); /* read with the last pixels */
    across(room->wide, step, filter, room->sums);
    narrow(room->sums, step * filter->to, to);
}

/* Filter all rows of a picture; those of a grey one EIGHT at a time, for which there is room at its end. */
static void all_across(const uint8_t *from, int64_t height, int64_t width, int64_t channels, const Filter *filter, const Room *room, uint8_t *to) {
    const int64_t row = channels * width, n = channels * filter->to;
    for (int64_t y = 0; y < height && channels == COLOURS; y++) row_across(from + y * row, width, COLOURS, filter, room, to + y * n);
    for (int64_t y = 0; y < height && channels == 1; y += EIGHT) {
        const uint8_t *rows[EIGHT];
        uint8_t *results[EIGHT];
        for (int64_t k = 0; k < EIGHT; k++) {
            rows[k] = from + (y + k < height ? y + k : height - 1) * row;
            results[k] = to + (y + k) * n;
        }
        weave(rows, row, room->woven);
        row_across(room->woven, width, EIGHT, filter, room, room->woven);
        unweave(room->woven, n, results);
    }
}

/* Filter down: one row of `n` bytes from `n_rows` consecutive ones. */
IN_VERSIONS
static void down(const uint8_t *restrict rows, int64_t n, const int32_t *weights, int64_t n_rows, int32_t *restrict sums, uint8_t *restrict to) {
    for (int64_t i = 0; i < n; i++) sums[i] = HALF;
    for (; n_rows >= 2; n_rows -= 2, rows += 2 * n, weights += 2) {
        const int32_t one = weights[0], other = weights[1];
        for (int64_t i = 0; i < n; i++) sums[i] += one * rows[i] + other * rows[n + i];
    }
    if (n_rows) {
        const int32_t one = weights[0];
        for (int64_t i = 0; i < n; i++) sums[i] += one * rows[i];
    }
    for (int64_t i = 0; i < n; i++) to[i] = byte_of(sums[i]);
}

/* Filter all columns of a picture down to `filter->to` rows. */
static void all_down(const uint8_t *from, int64_t n, const Filter *filter, const Room *room, uint8_t *to) {
    for (int64_t y = 0; y < filter->to; y++)
        down(from + filter->first[y] * n, n, filter->weights + y * filter->taps, filter->n[y], room->sums, to + y * n);
}

/* Resize a picture of `channels` bytes a pixel to side x side; `to` has room for EIGHT more rows. 0 if there is no memory for it. */
static int resize_bytes(const uint8_t *from, int64_t height, int64_t width, int64_t channels, int64_t side, uint8_t *to) {
    const int64_t taps = taps_of(height > width ? height : width, side), longest = width > side ? width : side;
    /* Pillow goes down first where the height loses more than twice what the width loses; before its version 13 it never does. */
    const int down_first = height > side && height - side > 2 * (width - side);
    const size_t row = (size_t)(EIGHT * (longest + 1)), weights = (size_t)(side * (taps + 2));
    const size_t between = (size_t)(channels * side * (down_first ? width : height + EIGHT));
    char *piece = malloc((size_t)taps * sizeof(double) + (2 * row + weights) * sizeof(int32_t) + row + between);
    if (piece == NULL) return 0;
    int32_t *wide = (int32_t *)(piece + (size_t)taps * sizeof(double)), *first = wide + 2 * row;
    const Filter filter = {side, taps, first, first + side, first + 2 * side};
    const Room room = {.share = (double *)piece, .wide = wide, .sums = wide + row, .woven = (uint8_t *)(first + weights)};
    uint8_t *half_done = room.woven + row;
    if (down_first) {
        weigh(height, &filter, room.share);
        all_down(from, channels * width, &filter, &room, half_done);
        if (width != height) weigh(width, &filter, room.share);
        all_across(half_done, side, width, channels, &filter, &room, to);
    } else {
        weigh(width, &filter, room.share);
        all_across(from, height, width, channels, &filter, &room, half_done);
        if (height != width) weigh(height, &filter, room.share);
        all_down(half_done, channels * side, &filter, &room, to);
    }
    free(piece);
    return 1;
}

/* Grey levels by Pillow's weights of the colours (ITU-R BT.601), in units of 2**-16. */
enum { RED = 19595, GREEN = 38470, BLUE = 7471, HALF_GREY = 0x8000 };

static inline uint8_t brightness(const uint8_t *rgb) { return (uint8_t)((RED * rgb[0] + GREEN * rgb[1] + BLUE * rgb[2] + HALF_GREY) >> 16); }

#if HAS_SHUFFLES
typedef uint8_t Sixteen8 __attribute__((vector_size(16)));
typedef uint32_t Bright __attribute__((vector_size(16)));

/* Four pixels at a time, each in a 32-bit number of its own; sixteen bytes are read, of which the last four are the next pixels'. */
IN_VERSIONS
static void brighten(const uint8_t *restrict rgb, int64_t n, uint8_t *restrict grey) {
    int64_t i = 0;
    for (; i + 6 <= n; i += 4) {
        Sixteen8 bytes;
        memcpy(&bytes, rgb + COLOURS * i, sizeof bytes);
        const Bright pixels = (Bright)__builtin_shufflevector(bytes, bytes, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11);
        const Sixteen8 sums = (Sixteen8)((pixels & 255) * RED + (pixels >> 8 & 255) * GREEN + (pixels >> 24) * BLUE + HALF_GREY);
        const Sixteen8 upper = __builtin_shufflevector(sums, sums, 2, 6, 10, 14, 2, 6, 10, 14, 2, 6, 10, 14, 2, 6, 10, 14); /* in parts of 2**16 */
        memcpy(grey + i, &upper, 4);
    }
    for (; i < n; i++) grey[i] = brightness(rgb + COLOURS * i);
}
#else
static void brighten(const uint8_t *rgb, int64_t n, uint8_t *grey) {
    for (int64_t i = 0; i < n; i++) grey[i] = brightness(rgb + COLOURS * i);
}
#endif

/* Copy the crop to contiguous memory, in grey if it has one channel. */
static void pack(const Py_buffer *crop, int64_t channels, uint8_t *to) {
    const int64_t height = crop->shape[0], width = crop->shape[1];
    for (int64_t y = 0; y < height; y++, to += width * channels) {
        const uint8_t *row = (const uint8_t *)crop->buf + y * crop->strides[0];
        fetch_ahead(row, crop->strides[0], COLOURS * width, height - 1 - y);
        if (channels == 1) brighten(row, width, to);
        else memcpy(to, row, (size_t)(COLOURS * width));
    }
}

/* Map each byte by the look-up table, one channel after the other. */
static void look_up(const uint8_t *bytes, int64_t pixels, int64_t channels, const float *levels, float *out) {
    for (int64_t channel = 0; channel < channels; channel++)
        for (int64_t i = 0; i < pixels; i++) out[channel * pixels + i] = levels[channel * LEVELS + bytes[channels * i + channel]];
}

/* An error message for wrong arguments; NULL on success. */
static const char *resize_of(const Py_buffer *crop, int64_t detail, const Py_buffer *levels, const Py_buffer *out) {
    if (crop->ndim != 3 || crop->itemsize != 1 || crop->shape[2] != COLOURS || crop->strides[2] != 1 || crop->strides[1] != COLOURS ||
        crop->shape[0] < 1 || crop->shape[1] < 1)
        return "expected a crop uint8 (h, w, 3) whose rows lie in one piece";
    if (levels->ndim != 2 || out->ndim != 3 || levels->itemsize != sizeof(float) || out->itemsize != sizeof(float) ||
        (levels->shape[0] != 1 && levels->shape[0] != COLOURS) || levels->shape[1] != LEVELS || out->shape[0] != levels->shape[0] ||
        out->shape[1] < 1 || out->shape[1] != out->shape[2])
        return "expected levels float32 (1 or 3, 256) and resized float32 (as many, side, side)";
    const int64_t channels = levels->shape[0], side = out->shape[1];
    int64_t height = crop->shape[0], width = crop->shape[1];
    if (height > LONGEST || width > LONGEST) return "a crop with a side of more than 4194304 px";
    if (side > MOST_SIDE || detail < 0 || detail > MOST_SIDE) return "asked for a side below 0 or above 32768 px";
    const int64_t all = channels * height * width, some = channels * detail * (detail + EIGHT), last = channels * side * (side + EIGHT);
    uint8_t *piece = malloc((size_t)(all + some + last));
    if (piece == NULL) return "not enough memory";
    uint8_t *picture = piece, *detailed = picture + all, *resized = detailed + some;
    pack(crop, channels, picture);
    int done = 1;
    if (detail) {
        done = resize_bytes(picture, height, width, channels, detail, detailed);
        picture = detailed;
        height = width = detail;
    }
    done = done && resize_bytes(picture, height, width, channels, side, resized);
    if (done) look_up(resized, side * side, channels, levels->buf, out->buf);
    free(piece);
    return done ? NULL : "not enough memory";
}

static PyObject *resize(PyObject *module, PyObject *args) {
    PyObject *of[3];
    Py_buffer crop, levels, out;
    Py_buffer *views[] = {&crop, &levels, &out};
    const int flags[] = {PyBUF_STRIDES, PyBUF_C_CONTIGUOUS, PyBUF_C_CONTIGUOUS | PyBUF_WRITABLE};
    Py_ssize_t detail;
    int n = 0;
    const char *wrong = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OnOO", of, &detail, of + 1, of + 2)) return NULL;
    while (n < 3 && PyObject_GetBuffer(of[n], views[n], flags[n]) == 0) n++;
    if (n == 3) {
        Py_BEGIN_ALLOW_THREADS
        wrong = resize_of(&crop, detail, &levels, &out);
        Py_END_ALLOW_THREADS
    }
    while (n-- > 0) PyBuffer_Release(views[n]);
    if (PyErr_Occurred()) return NULL;
    if (wrong != NULL) return PyErr_Format(PyExc_ValueError, "resize: %s", wrong);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"resize", resize, METH_VARARGS, "resize(crop, detail, levels, resized): as resize_pillow's."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "resize", .m_methods = methods};

PyMODINIT_FUNC PyInit_resize(void) { return PyModuleDef_Init(&definition); }
