#include "base/nearest.h"

#include <string.h>

#define NAME_MOST 64

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static size_t edits_between(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t row[NAME_MOST + 1];

    for (size_t j = 0; j <= n_b; j++)
        row[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[n_b];
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
