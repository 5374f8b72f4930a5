/* Adaptive average pooling of pictures over the bins of grids: as `pooling_numpy`, in less time.

   Grids that share columns of a picture are pooled together, in one pass. Its rows are added up from the first on, one after the other, which compilers
   vectorise; as many of these cumulative rows are kept as two of the tallest bins have rows. The sums of a row of bins, column by column, are the
   difference of two of them, and those of its bins differences of running sums, for two rows of bins at a time. So each row of a picture is read once,
   and the working set stays in the processor's cache. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compilers.h"

/* Eight sums are read at a time, of which three are wanted; of a column FOUR are kept, of two rows EIGHT. MOST_ROWS rows of 255 fit into 16 bits, bins of
   MOST_PIXELS pixels into 31. */
enum { CHANNELS = 3, FOUR = 4, EIGHT = 8, SPARE = 5, MOST_ROWS = 257, MOST_PIXELS = 1 << 23, MOST_PARTS = 1 << 24 };

/* One axis of a grid: `length` pixels from `offset` on are divided into `parts` bins, of which those from `first` on are wanted. */
typedef struct {
    int64_t offset, length, parts, first;
} Axis;

/* `width` x `height` bins on a picture, whose means are written from the index `at` on. */
typedef struct {
    int64_t at, width, height, picture;
    Axis x, y;
} Grid;

/* A grid in progress, of which two rows of bins are pooled at a time: `next` is the first of the next two, `bottom` the row of the picture where they end. */
typedef struct {
    const Grid *grid;
    int64_t left, right; /* in columns of the picture */
    int64_t next, bottom;
    int32_t *start, *end; /* of each bin, in columns from the grid's left edge */
    float *wide;          /* columns of each bin */
} Work;

/* A range of columns of a picture, `n` numbers a row, CHANNELS a column; the sums of its rows from the first on, modulo 2**16, of which `kept` are kept. */
typedef struct {
    const uint8_t *rgb;
    Py_ssize_t stride;
    int64_t left, top, bottom, n, kept, length; /* `length` numbers from one row of sums to the next */
    uint16_t *sums;
    uint32_t *running;  /* sums of two rows of bins, from the left on, modulo 2**32, EIGHT a column */
    int32_t *totals[2]; /* of their bins, FOUR each */
} Strip;

static int64_t start_of(const Axis *axis, int64_t i) { return axis->offset + (axis->first + i) * axis->length / axis->parts; }

static int64_t end_of(const Axis *axis, int64_t i) {
    return axis->offset + ((axis->first + i + 1) * axis->length + axis->parts - 1) / axis->parts;
}

static uint16_t *sums_above(const Strip *strip, int64_t y) { return strip->sums + (y - strip->top) % strip->kept * strip->length; }

IN_VERSIONS
static void add_row(const uint8_t *restrict rgb, int64_t n, const uint16_t *restrict above, uint16_t *restrict below) {
    for (int64_t k = 0; k < n; k++) below[k] = (uint16_t)(above[k] + rgb[k]);
}

/* Running sums of the columns of two rows of bins, from the left on; and the sums of each bin, added to the totals. */
#if HAS_SHUFFLES
typedef uint16_t Eight16 __attribute__((vector_size(EIGHT * sizeof(uint16_t))));
typedef uint32_t Four32 __attribute__((vector_size(FOUR * sizeof(uint32_t))));

/* The sums of a column between two rows, widened to 32 bits. */
static inline Four32 column(const uint16_t *below, const uint16_t *above) {
    Eight16 from, to;
    memcpy(&from, above, sizeof from);
    memcpy(&to, below, sizeof to);
    return (Four32)__builtin_shufflevector(to - from, (Eight16){0}, 0, 8, 1, 9, 2, 10, 3, 11);
}

IN_VERSIONS
static void run(const uint16_t *const above[2], const uint16_t *const below[2], int64_t n, uint32_t *running) {
    const uint16_t *from = above[0], *to = below[0], *other_from = above[1], *other_to = below[1];
    Four32 sum = {0}, other = {0};
    memset(running, 0, EIGHT * sizeof *running);
    for (int64_t k = 0; k < CHANNELS * n; k += CHANNELS) {
        running += EIGHT;
        sum += column(to + k, from + k);
        other += column(other_to + k, other_from + k);
        memcpy(running, &sum, sizeof sum);
        memcpy(running + FOUR, &other, sizeof other);
    }
}

static inline void add(const uint32_t *start, const uint32_t *end, int32_t *total) {
    Four32 from, to, sum;
    memcpy(&from, start, sizeof from);
    memcpy(&to, end, sizeof to);
    memcpy(&sum, total, sizeof sum);
    sum += to - from;
    memcpy(total, &sum, sizeof sum);
}

static inline void add_bin(const uint32_t *start, const uint32_t *end, int32_t *total, int32_t *other) {
    add(start, end, total);
    add(start + FOUR, end + FOUR, other);
}
#else
static void run(const uint16_t *const above[2], const uint16_t *const below[2], int64_t n, uint32_t *running) {
    memset(running, 0, EIGHT * sizeof *running);
    for (int64_t k = 0; k < CHANNELS * n; k += CHANNELS, running += EIGHT)
        for (int64_t i = 0; i < EIGHT; i++) running[EIGHT + i] = running[i] + (uint16_t)(below[i / FOUR][k + i % FOUR] - above[i / FOUR][k + i % FOUR]);
}

static inline void add_bin(const uint32_t *start, const uint32_t *end, int32_t *total, int32_t *other) {
    for (int64_t i = 0; i < FOUR; i++) {
        total[i] += (int32_t)(end[i] - start[i]);
        other[i] += (int32_t)(end[FOUR + i] - start[FOUR + i]);
    }
}
#endif

IN_VERSIONS
static void add_bins(const uint32_t *running, const int32_t *start, const int32_t *end, int64_t width, int32_t *const totals[2]) {
    int32_t *one = totals[0], *other = totals[1];
    for (int64_t i = 0; i < width; i++) add_bin(running + EIGHT * start[i], running + EIGHT * end[i], one + FOUR * i, other + FOUR * i);
}

/* The means of a row of bins, -1 to 1, in float32; two divisions, as PyTorch does: the bits are the same. */
IN_VERSIONS
static void divide(const int32_t *restrict totals, const float *restrict wide, int64_t width, float rows, int64_t to_next_channel,
                   float *restrict pooled) {
    for (int64_t channel = 0; channel < CHANNELS; channel++)
        for (int64_t i = 0; i < width; i++)
            pooled[channel * to_next_channel + i] = ((float)totals[FOUR * i + channel] / rows / wide[i] - 127.5f) / 128;
}

/* Set where the next two rows of bins end; the last may be a single one. */
static void expect(Work *work) {
    const int64_t height = work->grid->height, second = work->next + 1;
    work->bottom = work->next < height ? end_of(&work->grid->y, second < height ? second : height - 1) : -1;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Pool the next two rows of bins, or the last one. */
static void finish_two(const Strip *strip, Work *work, float *pooled) {
    const Grid *grid = work->grid;
    const int64_t n_rows = least(2, grid->height - work->next), left = CHANNELS * (work->left - strip->left);
    int64_t top[2], bottom[2];
    for (int64_t row = 0; row < 2; row++) { /* a single one is pooled twice */
        top[row] = start_of(&grid->y, work->next + row % n_rows);
        bottom[row] = end_of(&grid->y, work->next + row % n_rows);
        memset(strip->totals[row], 0, (size_t)(FOUR * grid->width) * sizeof *strip->totals[row]);
    }
    for (int64_t y = 0; top[0] + y < bottom[0] || top[1] + y < bottom[1]; y += MOST_ROWS) {
        const uint16_t *above[2], *below[2];
        for (int64_t row = 0; row < 2; row++) {
            above[row] = sums_above(strip, least(top[row] + y, bottom[row])) + left;
            below[row] = sums_above(strip, least(top[row] + y + MOST_ROWS, bottom[row])) + left;
        }
        run(above, below, work->right - work->left, strip->running);
        add_bins(strip->running, work->start, work->end, grid->width, strip->totals);
    }
    for (int64_t row = 0; row < n_rows; row++)
        divide(strip->totals[row], work->wide, grid->width, (float)(bottom[row] - top[row]), grid->height * grid->width,
               pooled + grid->at + (work->next + row) * grid->width);
    work->next += n_rows;
}

static void pool_strip(const Strip *strip, Work *works, Py_ssize_t n, float *pooled) {
    memset(sums_above(strip, strip->top), 0, (size_t)strip->n * sizeof *strip->sums);
    for (int64_t y = strip->top; y < strip->bottom; y++) {
        const uint8_t *rgb = strip->rgb + y * strip->stride;
        fetch_ahead(rgb, strip->stride, strip->n, strip->bottom - 1 - y);
        add_row(rgb, strip->n, sums_above(strip, y), sums_above(strip, y + 1));
        for (Work *work = works; work < works + n; work++)
            for (; work->bottom == y + 1; expect(work)) finish_two(strip, work, pooled);
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

/* An error message for a wrong grid; NULL for a right one. */
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

/* How many grids, from the first on, share columns with one another. */
static Py_ssize_t together(const Work *works, Py_ssize_t n) {
    int64_t right = works[0].right;
    Py_ssize_t i = 1;
    for (; i < n && works[i].grid->picture == works[0].grid->picture && works[i].left < right; i++)
        if (works[i].right > right) right = works[i].right;
    return i;
}

/* Set up the grids of a strip: the edges of their bins, in the memory given, and the first row of bins. */
static void begin(Work *works, Py_ssize_t n, int32_t *edges, float *wide) {
    for (Work *work = works; work < works + n; work++) {
        const int64_t width = work->grid->width;
        work->start = edges;
        work->end = edges + width;
        work->wide = wide;
        edges += 2 * width;
        wide += width;
        for (int64_t i = 0; i < width; i++) {
            const int64_t start = start_of(&work->grid->x, i), end = end_of(&work->grid->x, i);
            work->start[i] = (int32_t)(start - work->left);
            work->end[i] = (int32_t)(end - work->left);
            work->wide[i] = (float)(end - start);
        }
        work->next = 0;
        expect(work);
    }
}

static void raise_to(int64_t *most, int64_t value) {
    if (value > *most) *most = value;
}

/* Set up the strip of some grids of one picture, in one piece of memory, to be freed; NULL if there is none. */
static void *lay_out(const Py_buffer *picture, Work *works, Py_ssize_t n, Strip *strip) {
    const int64_t left = works[0].left;
    int64_t right = 0, top = picture->shape[0], bottom = 0, tallest = 0, widest = 0, bins = 0;
    for (const Work *work = works; work < works + n; work++) {
        const Axis *y = &work->grid->y;
        if (start_of(y, 0) < top) top = start_of(y, 0);
        raise_to(&bottom, end_of(y, work->grid->height - 1));
        raise_to(&right, work->right);
        raise_to(&tallest, 2 * (y->length / y->parts + 1) + 2);
        raise_to(&widest, work->grid->width);
        bins += work->grid->width;
    }
    *strip = (Strip){.rgb = (const uint8_t *)picture->buf + CHANNELS * left, .stride = picture->strides[0], .left = left, .top = top, .bottom = bottom};
    strip->n = CHANNELS * (right - left);
    strip->length = strip->n + SPARE;
    strip->kept = tallest + 1;
    const size_t running = (size_t)(EIGHT * (right - left + 1)), totals = (size_t)(FOUR * widest), edges = (size_t)(2 * bins), wide = (size_t)bins;
    const size_t sums = (size_t)(strip->kept * strip->length);
    char *piece = malloc(running * sizeof(uint32_t) + (2 * totals + edges) * sizeof(int32_t) + wide * sizeof(float) + sums * sizeof(uint16_t));
    if (piece == NULL) return NULL;
    strip->running = (uint32_t *)piece;
    strip->totals[0] = (int32_t *)(strip->running + running);
    strip->totals[1] = strip->totals[0] + totals;
    int32_t *first_edge = strip->totals[1] + totals;
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

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "pooling", .m_methods = methods};

PyMODINIT_FUNC PyInit_pooling(void) { return PyModuleDef_Init(&definition); }
