/* Pictures averaged over the bins of grids: what `pooling_numpy` does, in less time.

   Grids that lie about the same columns of a picture are done together. Its rows are added up from the first on, one after the other, of which
   compilers make vector instructions; as many of these sums as the tallest bin has rows are kept. The sums of a row of bins, column by column, are the
   difference of two of them, and those of its bins differences of running sums. So each row of a picture is read once, while all that is worked on stays
   in the processor's cache. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../_compilers.h"

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HAS_SHUFFLES 1
#endif
#endif

/* Eight sums are read at a time, of which three are wanted. So many rows of 255 fit into 16 bits, bins of so many pixels into 31. */
enum { CHANNELS = 3, SPARE = 5, MOST_ROWS = 257, MOST_PIXELS = 1 << 23, MOST_PARTS = 1 << 24 };

/* One axis of a grid: `length` pixels from `offset` on are divided into `parts` bins, of which those from `first` on are wanted. */
typedef struct {
    int64_t offset, length, parts, first;
} Axis;

/* `width` x `height` bins on a picture, whose means are written from the number `at` on. */
typedef struct {
    int64_t at, width, height, picture;
    Axis x, y;
} Grid;

/* A grid at work: the rows of the picture on which the next row of its bins begins and ends. */
typedef struct {
    const Grid *grid;
    int64_t left, right; /* in columns of the picture */
    int64_t next, top, bottom;
    int32_t *start, *end; /* of each bin, in numbers from the strip's left edge */
    float *wide;          /* columns of each bin */
} Work;

/* Some columns of a picture, `n` numbers a row, CHANNELS a column; the sums of its rows from the first on, modulo 2**16, of which `kept` are. */
typedef struct {
    const uint8_t *rgb;
    Py_ssize_t stride;
    int64_t top, bottom, n, kept, length; /* `length` numbers from one row of sums to the next */
    uint16_t *sums;
    uint32_t *running; /* sums of one row of bins, from the left on, modulo 2**32 */
    int32_t *totals;   /* of each bin, one channel after the other */
} Strip;

static int64_t start_of(const Axis *axis, int64_t i) { return axis->offset + (axis->first + i) * axis->length / axis->parts; }

static int64_t end_of(const Axis *axis, int64_t i) {
    return axis->offset + ((axis->first + i + 1) * axis->length + axis->parts - 1) / axis->parts;
}

static uint16_t *sums_above(const Strip *strip, int64_t y) { return strip->sums + (y - strip->top) % strip->kept * strip->length; }

ALSO_FOR_AVX2
static void add_row(const uint8_t *restrict rgb, int64_t n, const uint16_t *restrict above, uint16_t *restrict below) {
    for (int64_t k = 0; k < n; k++) below[k] = (uint16_t)(above[k] + rgb[k]);
}

/* From the left on, the sums of columns between two rows. */
#if HAS_SHUFFLES
typedef uint16_t Eight16 __attribute__((vector_size(8 * sizeof(uint16_t))));
typedef uint32_t Four32 __attribute__((vector_size(4 * sizeof(uint32_t))));

static void run(const uint16_t *above, const uint16_t *below, int64_t n, uint32_t *running) {
    const Eight16 zeros = {0};
    Four32 sum = {0, 0, 0, 0}; /* the fourth is nobody's: the next column's first takes its place */
    memcpy(running, &sum, sizeof sum);
    for (int64_t k = 0; k < n; k += CHANNELS) {
        Eight16 from, to;
        memcpy(&from, above + k, sizeof from);
        memcpy(&to, below + k, sizeof to);
        sum += (Four32)__builtin_shufflevector(to - from, zeros, 0, 8, 1, 9, 2, 10, 3, 11); /* the first four made wider */
        memcpy(running + k + CHANNELS, &sum, sizeof sum);
    }
}
#else
static void run(const uint16_t *restrict above, const uint16_t *restrict below, int64_t n, uint32_t *restrict running) {
    uint32_t red = 0, green = 0, blue = 0;
    running[0] = running[1] = running[2] = 0;
    for (int64_t k = 0; k < n; k += CHANNELS) {
        running[k + 3] = red += (uint16_t)(below[k] - above[k]);
        running[k + 4] = green += (uint16_t)(below[k + 1] - above[k + 1]);
        running[k + 5] = blue += (uint16_t)(below[k + 2] - above[k + 2]);
    }
}
#endif

/* To the totals of the bins, the sums of their columns between two rows. */
static void add_columns(const Strip *strip, const Work *work, int64_t top, int64_t bottom) {
    const int64_t width = work->grid->width, first = work->start[0];
    uint32_t *running = strip->running;
    run(sums_above(strip, top) + first, sums_above(strip, bottom) + first, work->end[width - 1] - first, running);
    for (int64_t i = 0; i < width; i++) {
        const uint32_t *start = running + work->start[i] - first, *end = running + work->end[i] - first;
        for (int64_t channel = 0; channel < CHANNELS; channel++) strip->totals[channel * width + i] += (int32_t)(end[channel] - start[channel]);
    }
}

/* The means of a row's bins as the networks want them, in float32; two divisions, as PyTorch does: the bits are the same. */
ALSO_FOR_AVX2
static void divide(const int32_t *restrict totals, const float *restrict wide, int64_t width, float rows, int64_t to_next_channel,
                   float *restrict pooled) {
    for (int64_t channel = 0; channel < CHANNELS; channel++)
        for (int64_t i = 0; i < width; i++)
            pooled[channel * to_next_channel + i] = ((float)totals[channel * width + i] / rows / wide[i] - 127.5f) / 128;
}

/* The next row of bins is to come. */
static void expect(Work *work) {
    work->top = start_of(&work->grid->y, work->next);
    work->bottom = work->next < work->grid->height ? end_of(&work->grid->y, work->next) : -1;
}

/* All rows of bins that end at this row of the picture. */
static void finish(const Strip *strip, Work *work, int64_t bottom, float *pooled) {
    const Grid *grid = work->grid;
    for (; work->bottom == bottom; work->next++, expect(work)) {
        memset(strip->totals, 0, (size_t)(CHANNELS * grid->width) * sizeof *strip->totals);
        for (int64_t y = work->top; y < bottom; y += MOST_ROWS)
            add_columns(strip, work, y, bottom - y < MOST_ROWS ? bottom : y + MOST_ROWS);
        divide(strip->totals, work->wide, grid->width, (float)(bottom - work->top), grid->height * grid->width,
               pooled + grid->at + work->next * grid->width);
    }
}

static void pool_strip(const Strip *strip, Work *works, Py_ssize_t n, float *pooled) {
    memset(sums_above(strip, strip->top), 0, (size_t)strip->n * sizeof *strip->sums);
    for (int64_t y = strip->top; y < strip->bottom; y++) {
        const uint8_t *rgb = strip->rgb + y * strip->stride;
        fetch_ahead(rgb, strip->stride, strip->n, strip->bottom - 1 - y);
        add_row(rgb, strip->n, sums_above(strip, y), sums_above(strip, y + 1));
        for (Py_ssize_t i = 0; i < n; i++) finish(strip, works + i, y + 1, pooled);
    }
}

/* Whether n bins of an axis lie on so many pixels. */
static int fits(const Axis *axis, int64_t n, int64_t pixels) {
    return axis->offset >= 0 && axis->length > 0 && axis->length <= pixels && axis->offset <= pixels - axis->length && axis->first >= 0 &&
           axis->parts > 0 && axis->parts <= MOST_PARTS && n > 0 && n <= axis->parts && axis->first <= axis->parts - n;
}

static int is_picture(const Py_buffer *view) {
    return view->ndim == 3 && view->itemsize == 1 && view->shape[2] == CHANNELS && view->strides[2] == 1 && view->strides[1] == CHANNELS &&
           view->shape[1] < INT32_MAX / CHANNELS;
}

/* What is wrong with a grid; NULL if nothing. */
static const char *mistake(const Grid *grid, const Py_buffer *pictures, Py_ssize_t n_pictures, int64_t n_pooled) {
    if (grid->picture < 0 || grid->picture >= n_pictures) return "a grid lies on a picture that is not there";
    const Py_buffer *picture = pictures + grid->picture;
    if (!is_picture(picture)) return "expected pictures uint8 (h, w, 3) whose rows lie in one piece";
    if (!fits(&grid->x, grid->width, picture->shape[1]) || !fits(&grid->y, grid->height, picture->shape[0])) return "a grid does not lie on its picture";
    if ((grid->x.length / grid->x.parts + 2) * (grid->y.length / grid->y.parts + 2) > MOST_PIXELS) return "bins of more than 8 million pixels";
    if (grid->at < 0 || grid->at > n_pooled - CHANNELS * grid->width * grid->height) return "a grid's means are beyond the numbers given for them";
    return NULL;
}

/* By picture, and from left to right. */
static int compare(const void *a, const void *b) {
    const Work *one = a, *other = b;
    const int64_t apart = one->grid->picture != other->grid->picture ? one->grid->picture - other->grid->picture : one->left - other->left;
    return (apart > 0) - (apart < 0);
}

/* How many of these share columns with one another, from the first on. */
static Py_ssize_t together(const Work *works, Py_ssize_t n) {
    int64_t right = works[0].right;
    Py_ssize_t i = 1;
    for (; i < n && works[i].grid->picture == works[0].grid->picture && works[i].left < right; i++)
        if (works[i].right > right) right = works[i].right;
    return i;
}

/* The bins of the grids in a strip, from their first row on, in some room. */
static void begin(Work *works, Py_ssize_t n, int32_t *edges, float *wide) {
    const int64_t left = works[0].left;
    for (Work *work = works; work < works + n; work++) {
        const int64_t width = work->grid->width;
        work->start = edges;
        work->end = edges + width;
        work->wide = wide;
        edges += 2 * width;
        wide += width;
        for (int64_t i = 0; i < width; i++) {
            const int64_t start = start_of(&work->grid->x, i), end = end_of(&work->grid->x, i);
            work->start[i] = (int32_t)(CHANNELS * (start - left));
            work->end[i] = (int32_t)(CHANNELS * (end - left));
            work->wide[i] = (float)(end - start);
        }
        work->next = 0;
        expect(work);
    }
}

static void raise_to(int64_t *most, int64_t value) {
    if (value > *most) *most = value;
}

/* The strip of some grids of one picture, and they in it, in one piece of memory, to be freed; NULL if there is none. */
static void *lay_out(const Py_buffer *picture, Work *works, Py_ssize_t n, Strip *strip) {
    const int64_t left = works[0].left;
    int64_t right = 0, top = picture->shape[0], bottom = 0, tallest = 0, widest = 0, bins = 0;
    for (const Work *work = works; work < works + n; work++) {
        const Axis *y = &work->grid->y;
        if (start_of(y, 0) < top) top = start_of(y, 0);
        raise_to(&bottom, end_of(y, work->grid->height - 1));
        raise_to(&right, work->right);
        raise_to(&tallest, y->length / y->parts + 2);
        raise_to(&widest, work->grid->width);
        bins += work->grid->width;
    }
    *strip = (Strip){.rgb = (const uint8_t *)picture->buf + CHANNELS * left, .stride = picture->strides[0], .top = top, .bottom = bottom};
    strip->n = CHANNELS * (right - left);
    strip->length = strip->n + SPARE;
    strip->kept = tallest + 1;
    const size_t running = (size_t)(strip->n + CHANNELS + 1), totals = (size_t)(CHANNELS * widest), edges = (size_t)(2 * bins), wide = (size_t)bins;
    const size_t sums = (size_t)(strip->kept * strip->length);
    char *piece = malloc(running * sizeof(uint32_t) + (totals + edges) * sizeof(int32_t) + wide * sizeof(float) + sums * sizeof(uint16_t));
    if (piece == NULL) return NULL;
    strip->running = (uint32_t *)piece;
    strip->totals = (int32_t *)(strip->running + running);
    int32_t *first_edge = strip->totals + totals;
    float *first_width = (float *)(first_edge + edges);
    strip->sums = (uint16_t *)(first_width + wide);
    for (int64_t row = 0; row < strip->kept; row++) memset(strip->sums + row * strip->length + strip->n, 0, SPARE * sizeof *strip->sums);
    begin(works, n, first_edge, first_width);
    return piece;
}

static const char *pool_all(const Py_buffer *pictures, Py_ssize_t n_pictures, const Grid *grids, Py_ssize_t n, float *pooled, int64_t n_pooled) {
    for (Py_ssize_t i = 0; i < n; i++) {
        const char *wrong = mistake(grids + i, pictures, n_pictures, n_pooled);
        if (wrong != NULL) return wrong;
    }
    const char *wrong = NULL;
    Work *works = malloc(((size_t)n + 1) * sizeof *works);
    if (works == NULL) return "not enough memory for the grids";
    for (Py_ssize_t i = 0; i < n; i++)
        works[i] = (Work){.grid = grids + i, .left = start_of(&grids[i].x, 0), .right = end_of(&grids[i].x, grids[i].width - 1)};
    qsort(works, (size_t)n, sizeof *works, compare);
    for (Py_ssize_t first = 0, some; first < n && wrong == NULL; first += some) {
        some = together(works + first, n - first);
        Strip strip;
        const Py_buffer *picture = pictures + works[first].grid->picture;
        void *piece = lay_out(picture, works + first, some, &strip);
        if (piece == NULL) wrong = "not enough memory for the rows of a picture";
        else pool_strip(&strip, works + first, some, pooled);
        free(piece);
    }
    free(works);
    return wrong;
}

/* The buffers of all pictures; 0 with an error set if one has none. */
static int take_views(PyObject *pictures, Py_buffer *views, Py_ssize_t n) {
    for (Py_ssize_t i = 0; i < n; i++)
        if (PyObject_GetBuffer(PyTuple_GetItem(pictures, i), views + i, PyBUF_STRIDES) != 0) {
            while (i-- > 0) PyBuffer_Release(views + i);
            return 0;
        }
    return 1;
}

static int is_shaped(const Py_buffer *grids, const Py_buffer *pooled) {
    return grids->ndim == 2 && grids->itemsize == sizeof(int64_t) && grids->shape[1] == sizeof(Grid) / sizeof(int64_t) && pooled->ndim == 1 &&
           pooled->itemsize == sizeof(float);
}

/* pool(pictures, grids, pooled), with two of its three buffers at hand. */
static const char *pool_views(PyObject *pictures, const Py_buffer *grids, const Py_buffer *pooled) {
    const Py_ssize_t n = PyTuple_Size(pictures);
    Py_buffer *views = PyMem_Malloc(((size_t)n + 1) * sizeof *views);
    if (views == NULL) return "not enough memory for the pictures";
    const char *wrong = "expected pictures uint8 (h, w, 3)";
    if (take_views(pictures, views, n)) {
        Py_BEGIN_ALLOW_THREADS
        wrong = is_shaped(grids, pooled) ? pool_all(views, n, grids->buf, grids->shape[0], pooled->buf, pooled->shape[0])
                                         : "expected grids int64 (m, 12) and pooled float32 (k,)";
        Py_END_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < n; i++) PyBuffer_Release(views + i);
    }
    PyMem_Free(views);
    return wrong;
}

static PyObject *pool(PyObject *module, PyObject *args) {
    PyObject *sequence, *grids_of, *pooled_of;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOO", &sequence, &grids_of, &pooled_of)) return NULL;
    PyObject *pictures = PySequence_Tuple(sequence);
    if (pictures == NULL) return NULL;
    Py_buffer grids, pooled;
    const char *wrong = NULL;
    if (PyObject_GetBuffer(grids_of, &grids, PyBUF_C_CONTIGUOUS) == 0) {
        if (PyObject_GetBuffer(pooled_of, &pooled, PyBUF_C_CONTIGUOUS | PyBUF_WRITABLE) == 0) {
            wrong = pool_views(pictures, &grids, &pooled);
            PyBuffer_Release(&pooled);
        }
        PyBuffer_Release(&grids);
    }
    Py_DECREF(pictures);
    if (PyErr_Occurred()) return NULL;
    if (wrong != NULL) return PyErr_Format(PyExc_ValueError, "pool: %s", wrong);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"pool", pool, METH_VARARGS, "pool(pictures, grids, pooled): as pooling_numpy.pool."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_pooling", .m_methods = methods};

PyMODINIT_FUNC PyInit__pooling(void) { return PyModuleDef_Init(&definition); }
