/* A crop resized, and each byte of it looked up: what `resizing_pillow` does, in less time and to the same bits.

   Pillow's triangle filter (`Image.resize` with BILINEAR) goes across all rows and then down, with weights in whole numbers, and rounds to bytes after
   each. Here the three colours of a pixel are weighed together across, and whole rows down, of which compilers make vector instructions. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "_compilers.h"

/* Weights are parts of 2**22, so that a byte times their sum fits into 31 bits for crops of sides up to LONGEST. A square of a side of
   more than MOST_SIDE would take gigabytes, and is refused. */
enum { COLOURS = 3, PRECISION = 22, LONGEST = 1 << 22, MOST_SIDE = 1 << 15, SPARE = 3, LEVELS = 256 };

/* For each of `to` pixels, the pixels that it is made of, and their weights, `taps` of room for each. */
typedef struct {
    int64_t to, taps;
    int32_t *first, *n, *weights;
} Filter;

/* Room to work in: shares of one pixel, and a row, or four, of wide numbers. */
typedef struct {
    double *share;
    int32_t *wide, *sums;
} Room;

static int64_t taps_of(int64_t from, int64_t to) { return 2 * (int64_t)ceil(from > to ? (double)from / (double)to : 1) + 1; }

/* The triangle that is as wide as two pixels of the larger side; its sum is brought to 1. */
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

/* Of a weighed sum; thousands of weights, each rounded, may be too much together. */
static inline uint8_t byte_of(int32_t sum) { return (uint8_t)(sum >> PRECISION > 255 ? 255 : sum >> PRECISION); }

/* Of numbers that lie `step` from one pixel to the next, four are weighed together, of which the last may be the next pixel's. */
#ifdef __GNUC__
typedef int32_t Four __attribute__((vector_size(4 * sizeof(int32_t))));

ALSO_FOR_AVX2
static void across(const int32_t *row, int64_t step, const Filter *filter, int32_t *to) {
    const int32_t *weights = filter->weights;
    for (int64_t i = 0; i < filter->to; i++, weights += filter->taps, to += step) {
        const int32_t *from = row + step * filter->first[i];
        const int64_t n = filter->n[i];
        Four sum = {HALF, HALF, HALF, HALF};
        for (int64_t k = 0; k < n; k++, from += step) {
            Four pixel;
            memcpy(&pixel, from, sizeof pixel);
            sum += pixel * weights[k];
        }
        memcpy(to, &sum, sizeof sum);
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

ALSO_FOR_AVX2
static void widen(const uint8_t *restrict from, int64_t n, int32_t *restrict to) {
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
}

ALSO_FOR_AVX2
static void narrow(const int32_t *restrict from, int64_t n, uint8_t *restrict to) {
    for (int64_t i = 0; i < n; i++) to[i] = byte_of(from[i]);
}

/* Four rows, pixel by pixel. */
ALSO_FOR_AVX2
static void weave(const uint8_t *const from[4], int64_t n, int32_t *restrict to) {
    const uint8_t *restrict a = from[0], *restrict b = from[1], *restrict c = from[2], *restrict d = from[3];
    for (int64_t i = 0; i < n; i++) {
        to[4 * i] = a[i];
        to[4 * i + 1] = b[i];
        to[4 * i + 2] = c[i];
        to[4 * i + 3] = d[i];
    }
}

ALSO_FOR_AVX2
static void unweave(const int32_t *restrict from, int64_t n, uint8_t *const to[4]) {
    uint8_t *restrict a = to[0], *restrict b = to[1], *restrict c = to[2], *restrict d = to[3];
    for (int64_t i = 0; i < n; i++) {
        a[i] = byte_of(from[4 * i]);
        b[i] = byte_of(from[4 * i + 1]);
        c[i] = byte_of(from[4 * i + 2]);
        d[i] = byte_of(from[4 * i + 3]);
    }
}

/* All rows of a picture; of a grey one four at a time, for which there is room at its end. */
static void all_across(const uint8_t *from, int64_t height, int64_t width, int64_t channels, const Filter *filter, const Room *room, uint8_t *to) {
    const int64_t row = channels * width, n = channels * filter->to;
    for (int64_t y = 0; y < height && channels == COLOURS; y++) {
        widen(from + y * row, row, room->wide);
        room->wide[row] = 0; /* weighed as the last pixel's fourth */
        across(room->wide, COLOURS, filter, room->sums);
        narrow(room->sums, n, to + y * n);
    }
    for (int64_t y = 0; y < height && channels == 1; y += 4) {
        const uint8_t *rows[4];
        uint8_t *results[4];
        for (int64_t k = 0; k < 4; k++) {
            rows[k] = from + (y + k < height ? y + k : height - 1) * row;
            results[k] = to + (y + k) * n;
        }
        weave(rows, row, room->wide);
        across(room->wide, 4, filter, room->sums);
        unweave(room->sums, n, results);
    }
}

/* A row of `n` bytes made of some rows that follow one another. */
ALSO_FOR_AVX2
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

/* A picture of so many rows made of one of others. */
static void all_down(const uint8_t *from, int64_t n, const Filter *filter, const Room *room, uint8_t *to) {
    for (int64_t y = 0; y < filter->to; y++)
        down(from + filter->first[y] * n, n, filter->weights + y * filter->taps, filter->n[y], room->sums, to + y * n);
}

/* A picture of `channels` bytes a pixel, resized to side x side, and SPARE rows of room. 0 if there is no memory for it. */
static int resize_bytes(const uint8_t *from, int64_t height, int64_t width, int64_t channels, int64_t side, uint8_t *to) {
    const int64_t taps = taps_of(height > width ? height : width, side), longest = 4 * (width > side ? width : side);
    /* Pillow goes down first where the height loses more than twice what the width loses; before its version 13 it never does. */
    const int down_first = height > side && height - side > 2 * (width - side);
    const size_t between = (size_t)(channels * (down_first ? side * width : (height + SPARE) * side));
    char *piece = malloc((size_t)taps * sizeof(double) + (size_t)(side * (taps + 2) + 2 * longest) * sizeof(int32_t) + between);
    if (piece == NULL) return 0;
    int32_t *wide = (int32_t *)(piece + (size_t)taps * sizeof(double));
    const Room room = {.share = (double *)piece, .wide = wide, .sums = wide + longest};
    const Filter filter = {side, taps, room.sums + longest, room.sums + longest + side, room.sums + longest + 2 * side};
    uint8_t *half_done = (uint8_t *)(filter.weights + side * taps);
    if (down_first) {
        weigh(height, &filter, room.share);
        all_down(from, channels * width, &filter, &room, half_done);
        weigh(width, &filter, room.share);
        all_across(half_done, side, width, channels, &filter, &room, to);
    } else {
        weigh(width, &filter, room.share);
        all_across(from, height, width, channels, &filter, &room, half_done);
        weigh(height, &filter, room.share);
        all_down(half_done, channels * side, &filter, &room, to);
    }
    free(piece);
    return 1;
}

/* The brightness of pixels as Pillow weighs their colours (ITU-R BT.601), in parts of 2**16. */
ALSO_FOR_AVX2
static void brighten(const uint8_t *restrict rgb, int64_t n, uint8_t *restrict grey) {
    for (int64_t i = 0; i < n; i++) grey[i] = (uint8_t)((19595U * rgb[3 * i] + 38470U * rgb[3 * i + 1] + 7471U * rgb[3 * i + 2] + 0x8000U) >> 16);
}

/* The crop in one piece, in grey if it has one channel. */
static void pack(const Py_buffer *crop, int64_t channels, uint8_t *to) {
    const int64_t height = crop->shape[0], width = crop->shape[1];
    for (int64_t y = 0; y < height; y++, to += width * channels) {
        const uint8_t *row = (const uint8_t *)crop->buf + y * crop->strides[0];
        fetch_ahead(row, crop->strides[0], COLOURS * width, height - 1 - y);
        if (channels == 1) brighten(row, width, to);
        else memcpy(to, row, (size_t)(COLOURS * width));
    }
}

/* What each byte stands for, one channel after the other. */
static void look_up(const uint8_t *bytes, int64_t pixels, int64_t channels, const float *levels, float *out) {
    for (int64_t channel = 0; channel < channels; channel++)
        for (int64_t i = 0; i < pixels; i++) out[channel * pixels + i] = levels[channel * LEVELS + bytes[channels * i + channel]];
}

/* What is wrong; NULL if nothing, and it is done. */
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
    const int64_t all = channels * height * width, some = channels * detail * (detail + SPARE), last = channels * side * (side + SPARE);
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
    {"resize", resize, METH_VARARGS, "resize(crop, detail, levels, resized): as resizing_pillow's."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_resizing", .m_methods = methods};

PyMODINIT_FUNC PyInit__resizing(void) { return PyModuleDef_Init(&definition); }
