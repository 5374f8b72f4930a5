/* Pictures averaged over the bins of grids: what `pooling_numpy` does, in less time.

   For each row of a grid, the rows of the picture under it are added up, column by column, of which compilers make vector instructions; the sums of
   bins are then differences of running sums. Nothing is prepared beforehand: what is not looked at costs nothing. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef _MSC_VER
#define restrict __restrict
#endif

/* Where one file may hold a function in several versions, one uses what most processors of today have. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define ALSO_FOR_AVX2 __attribute__((target_clones("avx2", "default")))
#else
#define ALSO_FOR_AVX2
#endif

/* So many rows of 255 fit into 16 bits, bins of so many pixels into 31. */
enum { CHANNELS = 3, MOST_ROWS = 257, MOST_PIXELS = 1 << 23, MOST_PARTS = 1 << 24 };

/* One axis of a grid: `length` pixels from `offset` on are divided into `parts` bins, of which those from `first` on are wanted. */
typedef struct {
    int64_t offset, length, parts, first;
} Axis;

/* `width` x `height` bins on a picture, whose means are written from the number `at` on. */
typedef struct {
    int64_t at, width, height, picture;
    Axis x, y;
} Grid;

/* Room for one row of a grid; numbers lie as in pictures, CHANNELS a column, but for the totals, one channel after the other. */
typedef struct {
    uint16_t *columns;    /* sums over some rows */
    uint32_t *running;    /* those, from the left on, modulo 2**32 */
    int32_t *start, *end; /* of each bin, in numbers from the grid's left edge */
    int32_t *totals;      /* of each bin */
    float *wide;          /* columns of each bin */
} Row;

static int64_t start_of(const Axis *axis, int64_t i) { return axis->offset + (axis->first + i) * axis->length / axis->parts; }

static int64_t end_of(const Axis *axis, int64_t i) {
    return axis->offset + ((axis->first + i + 1) * axis->length + axis->parts - 1) / axis->parts;
}

/* The sums of n columns over some rows that lie `stride` bytes apart. */
ALSO_FOR_AVX2
static void add_rows(const uint8_t *restrict rgb, Py_ssize_t stride, int64_t rows, int64_t n, uint16_t *restrict columns) {
    memset(columns, 0, (size_t)n * sizeof *columns);
    for (; rows >= 4; rows -= 4, rgb += 4 * stride) {
        const uint8_t *a = rgb, *b = a + stride, *c = b + stride, *d = c + stride;
        for (int64_t k = 0; k < n; k++) columns[k] = (uint16_t)(columns[k] + a[k] + b[k] + c[k] + d[k]);
    }
    for (; rows > 0; rows--, rgb += stride)
        for (int64_t k = 0; k < n; k++) columns[k] = (uint16_t)(columns[k] + rgb[k]);
}

/* To the totals of the bins, the sums of their columns. */
static void add_columns(int64_t n, int64_t width, const Row *row) {
    uint32_t *restrict running = row->running;
    uint32_t red = 0, green = 0, blue = 0;
    running[0] = running[1] = running[2] = 0;
    for (int64_t k = 0; k < n; k += CHANNELS) {
        running[k + 3] = red += row->columns[k];
        running[k + 4] = green += row->columns[k + 1];
        running[k + 5] = blue += row->columns[k + 2];
    }
    for (int64_t i = 0; i < width; i++) {
        const uint32_t *start = running + row->start[i], *end = running + row->end[i];
        for (int64_t channel = 0; channel < CHANNELS; channel++) row->totals[channel * width + i] += (int32_t)(end[channel] - start[channel]);
    }
}

/* The means of a row's bins as the networks want them, in float32; two divisions, as PyTorch does: the bits are the same. */
ALSO_FOR_AVX2
static void divide(const Row *row, int64_t width, float rows, int64_t to_next_channel, float *restrict pooled) {
    for (int64_t channel = 0; channel < CHANNELS; channel++)
        for (int64_t i = 0; i < width; i++)
            pooled[channel * to_next_channel + i] = ((float)row->totals[channel * width + i] / rows / row->wide[i] - 127.5f) / 128;
}

static void pool_grid(const Py_buffer *picture, const Grid *grid, const Row *row, float *pooled) {
    const int64_t width = grid->width, height = grid->height;
    const Py_ssize_t stride = picture->strides[0];
    const int64_t left = start_of(&grid->x, 0), n = CHANNELS * (end_of(&grid->x, width - 1) - left);
    const uint8_t *rgb = (const uint8_t *)picture->buf + CHANNELS * left;
    for (int64_t i = 0; i < width; i++) {
        const int64_t start = start_of(&grid->x, i), end = end_of(&grid->x, i);
        row->start[i] = (int32_t)(CHANNELS * (start - left));
        row->end[i] = (int32_t)(CHANNELS * (end - left));
        row->wide[i] = (float)(end - start);
    }
    for (int64_t j = 0; j < height; j++) {
        const int64_t top = start_of(&grid->y, j), bottom = end_of(&grid->y, j);
        memset(row->totals, 0, (size_t)(CHANNELS * width) * sizeof *row->totals);
        for (int64_t y = top; y < bottom; y += MOST_ROWS) {
            add_rows(rgb + y * stride, stride, bottom - y < MOST_ROWS ? bottom - y : MOST_ROWS, n, row->columns);
            add_columns(n, width, row);
        }
        divide(row, width, (float)(bottom - top), height * width, pooled + j * width);
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

/* Room for rows of `width` bins over `columns` columns, in one piece, to be freed; NULL if there is none. */
static void *room(int64_t columns, int64_t width, Row *row) {
    const size_t numbers = (size_t)(CHANNELS * (columns + 1)), bins = (size_t)width;
    char *piece = malloc(numbers * (sizeof(uint32_t) + sizeof(uint16_t)) + bins * (CHANNELS + 2) * sizeof(int32_t) + bins * sizeof(float));
    if (piece == NULL) return NULL;
    row->running = (uint32_t *)piece;
    row->start = (int32_t *)(row->running + numbers);
    row->end = row->start + bins;
    row->totals = row->end + bins;
    row->wide = (float *)(row->totals + CHANNELS * bins);
    row->columns = (uint16_t *)(row->wide + bins);
    return piece;
}

static const char *pool_all(const Py_buffer *pictures, Py_ssize_t n_pictures, const Grid *grids, Py_ssize_t n, float *pooled, int64_t n_pooled) {
    int64_t columns = 0, width = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        const char *wrong = mistake(grids + i, pictures, n_pictures, n_pooled);
        if (wrong != NULL) return wrong;
        if (grids[i].x.length > columns) columns = grids[i].x.length;
        if (grids[i].width > width) width = grids[i].width;
    }
    Row row;
    void *piece = room(columns, width, &row);
    if (piece == NULL) return "not enough memory for a row";
    for (Py_ssize_t i = 0; i < n; i++) pool_grid(pictures + grids[i].picture, grids + i, &row, pooled + grids[i].at);
    free(piece);
    return NULL;
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
