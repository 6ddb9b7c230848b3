/* Values on the wire: PostgreSQL's binary formats, towards the server. */
#include "pg/pg_internal.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_HEAD_BYTES 20
#define PARAM_LIMIT      ((size_t)512 << 20)

/* 2000-01-01T00:00:00Z in microseconds since 1970 */
static const int64_t wire_epoch_us = INT64_C(946684800000000);

/* A row's type is the server's to take from the function's declaration. */
Oid pg_oid(char letter)
{
    static const Oid of[128] = {
        ['l'] = 20,   ['i'] = 23,   ['s'] = 21,   ['o'] = 16,   ['t'] = 25,
        ['b'] = 17,   ['u'] = 2950, ['z'] = 1184, ['j'] = 3802, ['L'] = 1016,
        ['I'] = 1007, ['S'] = 1005, ['O'] = 1000, ['T'] = 1009, ['B'] = 1001,
        ['U'] = 2951, ['Z'] = 1185, ['J'] = 3807,
    };
    const unsigned at = (unsigned char)letter;

    if (at < sizeof(of) / sizeof(of[0]) && (of[at] != 0 || letter == 'R'))
        return of[at];
    abort(); /* a letter that is none: our mistake */
}

void pg_store32(char *to, uint32_t v)
{
    v = htobe32(v);
    memcpy(to, &v, sizeof(v));
}

void pg_store64(char *to, uint64_t v)
{
    v = htobe64(v);
    memcpy(to, &v, sizeof(v));
}

uint16_t pg_load16(const char *from)
{
    const unsigned char *p = (const unsigned char *)from;

    return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t pg_load32(const char *from)
{
    return (uint32_t)pg_load16(from) << 16 | pg_load16(from + 2);
}

uint64_t pg_load64(const char *from)
{
    return (uint64_t)pg_load32(from) << 32 | pg_load32(from + 4);
}

int64_t pg_time_to_wire(int64_t us)
{
    if (us == WHEN_NEVER || us == WHEN_ALWAYS)
        return us;
    return us < INT64_MIN + wire_epoch_us + 1 ? INT64_MIN + 1 : us - wire_epoch_us;
}

int64_t pg_time_of_wire(int64_t wire)
{
    if (wire == INT64_MAX || wire == INT64_MIN)
        return wire;
    return wire > INT64_MAX - wire_epoch_us - 1 ? INT64_MAX - 1 : wire + wire_epoch_us;
}

void pg_params_init(struct pg_params *ps)
{
    ps->n = 0;
    for (size_t i = 0; i < PG_PARAMS_MAX; i++)
        buf_init(&ps->p[i].b, PARAM_LIMIT);
}

void pg_params_reset(struct pg_params *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        buf_reset(&ps->p[i].b);
    ps->n = 0;
}

void pg_params_done(struct pg_params *ps)
{
    for (size_t i = 0; i < PG_PARAMS_MAX; i++)
        buf_done(&ps->p[i].b);
    ps->n = 0;
}

static struct pg_param *param_next(struct pg_params *ps, char type)
{
    struct pg_param *p;

    assert(ps->n < PG_PARAMS_MAX);
    p = &ps->p[ps->n++];
    buf_reset(&p->b);
    p->type = type;
    p->null = false;
    p->has_null = false;
    p->n = 0;
    return p;
}

static void put64(struct buf *b, uint64_t v)
{
    char wire[8];

    pg_store64(wire, v);
    buf_add(b, wire, sizeof(wire));
}

static void put32(struct buf *b, uint32_t v)
{
    char wire[4];

    pg_store32(wire, v);
    buf_add(b, wire, sizeof(wire));
}

static void put16(struct buf *b, uint16_t v)
{
    char wire[2] = {(char)(v >> 8), (char)(v & 0xff)};

    buf_add(b, wire, sizeof(wire));
}

static void put_bytes(struct pg_param *p, const void *data, size_t len)
{
    if (data == NULL)
        p->null = true;
    else
        buf_add(&p->b, data, len);
}

void pg_put_null(struct pg_params *ps, char type)
{
    param_next(ps, type)->null = true;
}

void pg_put_i64(struct pg_params *ps, int64_t v)
{
    put64(&param_next(ps, 'l')->b, (uint64_t)v);
}

void pg_put_i32(struct pg_params *ps, int32_t v)
{
    put32(&param_next(ps, 'i')->b, (uint32_t)v);
}

void pg_put_i16(struct pg_params *ps, int16_t v)
{
    put16(&param_next(ps, 's')->b, (uint16_t)v);
}

void pg_put_bool(struct pg_params *ps, bool v)
{
    buf_add(&param_next(ps, 'o')->b, v ? "\1" : "\0", 1);
}

void pg_put_time(struct pg_params *ps, int64_t us)
{
    put64(&param_next(ps, 'z')->b, (uint64_t)pg_time_to_wire(us));
}

void pg_put_text(struct pg_params *ps, const char *s)
{
    put_bytes(param_next(ps, 't'), s, s ? strlen(s) : 0);
}

void pg_put_bytes(struct pg_params *ps, const void *data, size_t len)
{
    put_bytes(param_next(ps, 'b'), data, len);
}

void pg_put_uuid(struct pg_params *ps, const uint8_t uuid[16])
{
    buf_add(&param_next(ps, 'u')->b, uuid, 16);
}

size_t pg_put_array(struct pg_params *ps, char type)
{
    static const char head[ARRAY_HEAD_BYTES];

    buf_add(&param_next(ps, type)->b, head, sizeof(head));
    return ps->n - 1;
}

static struct buf *element(struct pg_params *ps, size_t array, uint32_t len)
{
    struct pg_param *p = &ps->p[array];

    assert(array < ps->n);
    p->n++;
    put32(&p->b, len);
    return &p->b;
}

void pg_add_null(struct pg_params *ps, size_t array)
{
    element(ps, array, UINT32_MAX);
    ps->p[array].has_null = true;
}

void pg_add_i64(struct pg_params *ps, size_t array, int64_t v)
{
    put64(element(ps, array, 8), (uint64_t)v);
}

void pg_add_i32(struct pg_params *ps, size_t array, int32_t v)
{
    put32(element(ps, array, 4), (uint32_t)v);
}

void pg_add_i16(struct pg_params *ps, size_t array, int16_t v)
{
    put16(element(ps, array, 2), (uint16_t)v);
}

void pg_add_bool(struct pg_params *ps, size_t array, bool v)
{
    buf_add(element(ps, array, 1), v ? "\1" : "\0", 1);
}

void pg_add_time(struct pg_params *ps, size_t array, int64_t us)
{
    put64(element(ps, array, 8), (uint64_t)pg_time_to_wire(us));
}

void pg_add_text(struct pg_params *ps, size_t array, const char *s)
{
    pg_add_bytes(ps, array, s, s ? strlen(s) : 0);
}

void pg_add_bytes(struct pg_params *ps, size_t array, const void *data, size_t len)
{
    if (data == NULL)
        pg_add_null(ps, array);
    else
        buf_add(element(ps, array, (uint32_t)len), data, len);
}

void pg_add_uuid(struct pg_params *ps, size_t array, const uint8_t uuid[16])
{
    buf_add(element(ps, array, 16), uuid, 16);
}

int32_t pg_array_len(const struct pg_params *ps, size_t array)
{
    return ps->p[array].n;
}

void pg_param_seal(struct pg_param *p)
{
    char *head = p->b.data;

    if (p->null || p->type < 'A' || p->type > 'Z')
        return;
    if (p->type == 'R')
        pg_row_seal(p);
    pg_store32(head, p->n > 0 ? 1 : 0);
    pg_store32(head + 4, p->has_null ? 1 : 0);
    pg_store32(head + 8, p->type == 'R' ? p->row_oid : pg_oid((char)(p->type | 0x20)));
    pg_store32(head + 12, (uint32_t)p->n);
    pg_store32(head + 16, 1);
    if (p->n == 0)
        p->b.len = 12; /* an empty array has no dimensions */
}
