/* part.h - lines that are looked up together; for the files of this layer. */
#ifndef CONSENT_SCRUB_PART_H
#define CONSENT_SCRUB_PART_H

#include "scrub/scrub.h"

#include "base/buf.h"
#include "codec/csv.h"
#include "codec/utf16.h"
#include "crypto/token.h"
#include "store/people/fact_store.h"
#include "store/lists/scrub_store.h"

enum line_kind {
    LINE_ASKED,
    LINE_INVALID, /* with a reason */
    LINE_BROKEN,  /* likewise, and it goes out as one field */
    LINE_BLANK,
    LINE_HEADER,
    LINE_OTHER, /* no line: the second reading of the number of the line before it */
};

struct line {
    size_t at, len; /* in the part's bytes, without its end */
    int64_t number;
    struct contact_key key; /* of an address */
    size_t token_at;        /* of a token, in the part's bytes, NUL-ended */
    uint16_t fields;
    uint8_t eol_len; /* behind the line */
    uint8_t kind;
    struct scrub_verdict verdict;
};

struct part {
    struct pg *pg;
    struct buf bytes;
    struct line *lines;
    size_t n;
    size_t *order; /* of the lines that are asked about: by key, or as they come */
    size_t n_asked;
    struct contact_key *keys; /* in that order, each once; room is used again */
    size_t n_keys;
    size_t *first; /* of a key: its first place in order; one more at the end */
    const char **tokens;
    struct contact_key
        *line_tokens; /* of a line, by its index; lists of shared tokens only */
    struct contact_key *token_keys; /* in the order of keys, or of tokens */
    size_t keys_cap;
    bool sent, refused;
    struct pg_params params;
    struct pg_result *result; /* collected */
};

struct scrub {
    struct scrub_options o;
    enum contact_kind kind;
    bool shared; /* contacts may share a token: it is the token that is asked about */
    struct csv_reader *csv;
    size_t column;  /* index, once known */
    size_t columns; /* of the header, or the first line; 0: nothing seen */
    bool begun;
    int64_t records; /* so far */
    char head[512];  /* the first bytes, until they are known to be text */
    size_t n_head;
    bool is_text;
    bool wide; /* UTF-16, read and written as UTF-8 */
    struct utf16 utf16;
    struct buf narrow;        /* the piece that was fed last, as UTF-8 */
    bool own[CSV_FIELDS_MAX]; /* columns that an earlier scrub added */
    size_t n_own;
    size_t part_lines;
    struct part parts[3];
    size_t n_parts, filling; /* used in turn */
    size_t turn;             /* of the connections */
    int64_t id;              /* of the audit */
    int64_t at_us;
    struct scrub_verdict stranger; /* of an unknown contact */
    struct fact_set facts;
    struct buf out;
    struct scrub_counts counts;
};

/* lines.c: reads what was fed into the part being filled; calls part_full when there is
 * no more room in it. */
bool lines_read(struct scrub *s, bool end, struct err *err);

/* own.c: the columns of an earlier scrub, found in the first line; how many of n fields
 * are not ours; a line without ours. */
void own_find(struct scrub *s, const struct csv_record *rec, bool header);
size_t own_fields(const struct scrub *s, size_t n);
void own_leave_out(const struct scrub *s, const char *raw, size_t len, struct buf *out);
size_t own_plain(const char *s, size_t len);

/* part.c */
bool part_full(struct scrub *s, struct err *err); /* sends it; the next is empty */
bool parts_finish(struct scrub *s, struct err *err);

/* answer.c: what the list, the facts or nobody says of the lines; then they go out. */
bool part_answer(struct scrub *s, struct part *p, struct err *err);
/* shared.c: the same for a list on which contacts share tokens. */
bool shared_look(struct scrub *s, struct part *p, struct err *err);
/* The contacts behind the tokens that were asked about, into p->keys, as they come. */
size_t shared_contacts(struct part *p);
void verdict_set(struct part *p, size_t key, const struct scrub_verdict *v);
bool part_write(struct scrub *s, struct part *p, struct err *err);

#endif
