/* Greedy non-maximum suppression: as `nms_numpy`, in less time. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
    float x1, y1, x2, y2, area, score;
} Box;

typedef struct {
    Py_buffer boxes, scores, frame, order, kept;
} Given;

static float larger(float a, float b) { return a > b ? a : b; }
static float smaller(float a, float b) { return a < b ? a : b; }

/* Whether a box suppresses another: its score is higher by `margin` or more, and their overlap is above `threshold`; in float32, step by step as NumPy. */
static int drops(const Box *a, const Box *b, float threshold, float margin, int use_iom) {
    const float width = smaller(a->x2, b->x2) - larger(a->x1, b->x1), height = smaller(a->y2, b->y2) - larger(a->y1, b->y1);
    if (!(width > 0 && height > 0)) return 0;
    const float common = width * height, whole = use_iom ? smaller(a->area, b->area) : a->area + b->area - common;
    return common / whole > threshold && a->score - b->score >= margin;
}

/* Mark the boxes that no box kept suppresses; `seen` has room for all. */
static void choose(const float *boxes, const float *scores, const int64_t *frame, const int64_t *order, Py_ssize_t n, float threshold, float margin,
                   int use_iom, Box *seen, char *kept) {
    const float last = use_iom ? 1 : 0; /* the last pixel counts, or not */
    Py_ssize_t n_seen = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        const int64_t place = order[i];
        const float *box = boxes + 4 * place;
        Box one = {box[0], box[1], box[2] + last, box[3] + last, 0, scores[place]};
        one.area = (one.x2 - one.x1) * (one.y2 - one.y1);
        if (i > 0 && frame[place] != frame[order[i - 1]]) n_seen = 0;
        Py_ssize_t k = 0;
        while (k < n_seen && !drops(seen + k, &one, threshold, margin, use_iom)) k++;
        if (k == n_seen) {
            seen[n_seen++] = one;
            kept[place] = 1;
        }
    }
}

static int is_shaped(const Given *given) {
    const Py_ssize_t n = given->boxes.shape[0];
    return given->boxes.ndim == 2 && given->boxes.shape[1] == 4 && given->boxes.itemsize == sizeof(float) && given->scores.itemsize == sizeof(float) &&
           given->frame.itemsize == sizeof(int64_t) && given->order.itemsize == sizeof(int64_t) && given->kept.itemsize == 1 &&
           given->scores.ndim == 1 && given->frame.ndim == 1 && given->order.ndim == 1 && given->kept.ndim == 1 && given->scores.shape[0] == n &&
           given->frame.shape[0] == n && given->kept.shape[0] == n;
}

/* An error message for wrong arguments; NULL on success. */
static const char *keep_mask_of(const Given *given, double threshold, double margin, int use_iom) {
    if (!is_shaped(given)) return "expected boxes float32 (n, 4), scores float32 (n,), frame and order int64 (n,), kept bool (n,)";
    const Py_ssize_t n = given->order.shape[0];
    const int64_t *order = given->order.buf;
    for (Py_ssize_t i = 0; i < n; i++)
        if (order[i] < 0 || order[i] >= given->boxes.shape[0]) return "the order names a box that is not there";
    Box *seen = malloc(((size_t)n + 1) * sizeof *seen);
    if (seen == NULL) return "not enough memory";
    choose(given->boxes.buf, given->scores.buf, given->frame.buf, order, n, (float)threshold, (float)margin, use_iom, seen, given->kept.buf);
    free(seen);
    return NULL;
}

static PyObject *keep_mask(PyObject *module, PyObject *args) {
    PyObject *of[5];
    Given given;
    Py_buffer *views[] = {&given.boxes, &given.scores, &given.frame, &given.order, &given.kept};
    double threshold, margin;
    int use_iom, n = 0;
    const char *wrong = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOOOOddp", of, of + 1, of + 2, of + 3, of + 4, &threshold, &margin, &use_iom)) return NULL;
    while (n < 5 && PyObject_GetBuffer(of[n], views[n], PyBUF_C_CONTIGUOUS | (n == 4 ? PyBUF_WRITABLE : 0)) == 0) n++;
    if (n == 5) {
        Py_BEGIN_ALLOW_THREADS
        wrong = keep_mask_of(&given, threshold, margin, use_iom);
        Py_END_ALLOW_THREADS
    }
    while (n-- > 0) PyBuffer_Release(views[n]);
    if (PyErr_Occurred()) return NULL;
    if (wrong != NULL) return PyErr_Format(PyExc_ValueError, "keep_mask: %s", wrong);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"keep_mask", keep_mask, METH_VARARGS, "keep_mask(boxes, scores, frame, order, kept, threshold, margin, use_iom): as nms_numpy's."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "nms", .m_methods = methods};

PyMODINIT_FUNC PyInit_nms(void) { return PyModuleDef_Init(&definition); }
