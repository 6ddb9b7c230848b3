#include "base/nearest.h"

#include <string.h>

#define NAME_MOST 64

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Three rows of the table suffice: a swap looks two rows up. */
static size_t edits_between(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][NAME_MOST + 1];

    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3];

        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1,
                           above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], rows[(i + 1) % 3][j - 2] + 1, row[j]);
        }
    }
    return rows[n_a % 3][n_b];
}

void nearest_look(struct nearest *n, const char *written, const char *name)
{
    size_t n_written = strlen(written), n_name = strlen(name);
    size_t edits;

    if (n_written > NAME_MOST || n_name > NAME_MOST)
        return;
    edits = edits_between(written, n_written, name, n_name);
    if (edits > n_written / 3 || (n->name != NULL && edits >= n->edits))
        return;
    n->name = name;
    n->edits = edits;
}
